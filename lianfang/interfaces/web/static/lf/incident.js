// The clocks of an emergency (时限条) tick on the server's clock; the bar fills to its limit and goes on red beyond it.
// The page is right without this file: everything here was drawn by the server when it came.
const WHOLE = 100;
const two = (n) => String(n).padStart(2, "0");

function written(seconds) {
  const hours = Math.floor(seconds / 3600);
  const text = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${text}` : text;
}

// The phone's own clock may be wrong; only its pace is trusted. A part that came anew brings a new `now`.
function ahead(bar) {
  if (bar.dataset.now !== bar.seenNow) {
    bar.seenNow = bar.dataset.now;
    bar.ahead = Date.parse(bar.dataset.now) - Date.now();
  }
  return bar.ahead;
}

function tick(bar) {
  const seconds = Math.max(0, Math.floor((Date.now() + ahead(bar) - Date.parse(bar.dataset.since)) / 1000));
  const limit = Number(bar.dataset.limit);
  const at = Number(bar.dataset.limitAt);
  const part = seconds / limit;
  const reach = part <= 1 ? at * part : Math.min(WHOLE, at + (WHOLE - at) * (part - 1));
  bar.querySelector("[data-elapsed]").textContent = written(seconds);
  bar.querySelector("[data-fill]").setAttribute("width", Math.min(reach, at));
  bar.querySelector("[data-beyond]").setAttribute("width", Math.max(0, reach - at));
  bar.classList.toggle("is-late", seconds > limit);
  const chip = bar.querySelector(".chip");
  if (seconds > limit && chip && !chip.classList.contains("chip-bad")) {
    chip.className = "chip chip-bad";
    chip.textContent = bar.dataset.over;
  }
}

function tickAll() {
  for (const bar of document.querySelectorAll("[data-sla]")) tick(bar);
}

tickAll();
setInterval(tickAll, 1000);
