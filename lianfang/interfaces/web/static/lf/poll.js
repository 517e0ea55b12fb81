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

// The server sends worst first. Rows stay where they were until somebody asks for the new order; what changed stays marked.
function keepPlaces(fragment) {
  const before = new Map(keyed(document).map((row, place) => [row.dataset.row, { row, place }]));
  const incoming = keyed(fragment);
  for (const row of incoming) carry(row, before.get(row.dataset.row)?.row);
  const place = (row) => before.get(row.dataset.row)?.place ?? Infinity;
  const kept = [...incoming].sort((a, b) => place(a) - place(b));
  for (const row of kept) row.parentNode.insertBefore(row, row.parentNode.querySelector(".total"));
  if (kept.some((row, i) => row !== incoming[i])) offerSort(fragment, kept.filter((row) => row.matches(".is-new")).length);
}

function carry(row, old) {
  const changed = old?.dataset.state !== row.dataset.state;
  row.classList.toggle("is-new", changed || old.classList.contains("is-new"));
  row.classList.toggle("is-here", Boolean(old?.classList.contains("is-here")));
}

function offerSort(fragment, changed) {
  const bar = fragment.querySelector("[data-updates]");
  if (!bar) return;
  const text = bar.querySelector("[data-text]");
  text.textContent = text.dataset.text.replace("{n}", changed || 1);
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
