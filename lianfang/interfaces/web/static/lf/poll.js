// Live pages (自动更新): a [data-live] part refreshed by htmx. Nothing is asked while hidden, an error never wipes the page,
// rows keep their places while somebody reads, and data older than twice the refresh time say so.
const SECOND = 1000;
const CHECK_EVERY = 5 * SECOND;

const isLive = (ctx) => Boolean(ctx?.sourceElement?.matches?.("[data-live]"));
const keyed = (root) => [...root.querySelectorAll("[data-rows-list] [data-row]")];

document.addEventListener("htmx:config:request", (event) => {
  if (isLive(event.detail.ctx) && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!isLive(ctx)) return;
  const fragment = tasks[0]?.fragment;
  if (ctx.response.status !== 200 || !fragment?.querySelector("[data-live]")) {
    event.preventDefault();
    return;
  }
  keepPlaces(fragment);
});

// The server sends worst first. Rows stay where they were; what changed is marked, and a bar offers to sort again.
function keepPlaces(fragment) {
  const before = new Map(keyed(document).map((row, place) => [row.dataset.row, { place, state: row.dataset.state }]));
  const incoming = keyed(fragment);
  const place = (row) => before.get(row.dataset.row)?.place ?? Infinity;
  const kept = [...incoming].sort((a, b) => place(a) - place(b));
  for (const row of incoming) mark(row, before.get(row.dataset.row));
  const moved = kept.filter((row, i) => row !== incoming[i]).length;
  for (const row of kept) row.parentNode.append(row);
  if (moved) offerSort(fragment, moved);
}

function mark(row, old) {
  if (old && old.state !== row.dataset.state) row.classList.add("is-new");
}

function offerSort(fragment, moved) {
  const bar = fragment.querySelector("[data-updates]");
  if (!bar) return;
  const text = bar.querySelector("[data-text]");
  text.textContent = text.dataset.text.replace("{n}", moved);
  bar.hidden = false;
}

function showAge() {
  for (const bar of document.querySelectorAll("[data-stale]")) {
    const age = Date.now() - bar.received;
    const limit = Number(bar.dataset.every) * 2 * SECOND;
    const text = bar.querySelector("[data-text]");
    bar.hidden = age < limit;
    text.textContent = text.dataset.text.replace("{n}", Math.max(1, Math.floor(age / (60 * SECOND))));
  }
}

// Age counts from when this page got the data: the two clocks never meet.
function stamp() {
  for (const bar of document.querySelectorAll("[data-stale]")) {
    if (bar.stamped === bar.dataset.at) continue;
    bar.stamped = bar.dataset.at;
    bar.received = Date.now();
  }
}

document.addEventListener("htmx:after:swap", stamp);
stamp();
setInterval(showAge, CHECK_EVERY);
