// Keys (快捷键): J K move, Enter opens (the row's own link), / finds, ? lists, page letters press their visible control.
const SEQUENCE_MS = 1200; // time allowed between G and the letter of a place
let goingUntil = 0;

const inField = (node) => node.closest("input, select, textarea, [contenteditable]") !== null;

function rows() {
  return [...document.querySelectorAll("[data-rows-list] [data-row]")].filter((row) => row.offsetParent !== null);
}

function here(list) {
  const focused = document.activeElement.closest("[data-row]");
  return list.indexOf(focused || document.querySelector("[data-row].is-here"));
}

function move(step) {
  const list = rows();
  const next = list[Math.min(Math.max(here(list) + step, 0), list.length - 1)];
  if (!next) return;
  for (const row of list) row.classList.toggle("is-here", row === next);
  next.querySelector("a, button")?.focus();
}

// A letter that belongs to a row acts on the row one stands in, otherwise on the page.
function press(letter) {
  const row = document.activeElement.closest("[data-row]") || document.querySelector("[data-row].is-here");
  const control = row?.querySelector(`[data-key="${letter}"]`) || document.querySelector(`[data-key="${letter}"]:not([data-row] *)`);
  control?.click();
  return Boolean(control);
}

function go(letter) {
  const place = document.querySelector(`.nav [data-go="${letter}"]`);
  if (place) location.assign(place.href);
  return Boolean(place);
}

function pick() {
  const list = rows();
  list[here(list)]?.querySelector('input[type="checkbox"]')?.click();
}

const FIXED = {
  j: () => move(1),
  k: () => move(-1),
  x: pick,
  "/": () => document.querySelector('input[type="search"]')?.focus(),
  "?": () => document.getElementById("keys-dialog")?.showModal?.(),
};

function handle(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.body.dataset.keys === "off" || inField(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const letter = event.key.toLowerCase();
  if (Date.now() < goingUntil) {
    goingUntil = 0;
    if (go(letter)) event.preventDefault();
    return;
  }
  if (letter === "g") {
    goingUntil = Date.now() + SEQUENCE_MS;
    return;
  }
  act(letter, event);
}

function act(letter, event) {
  if (FIXED[letter]) {
    FIXED[letter]();
    event.preventDefault();
  } else if (/^[a-z0-9]$/.test(letter) && press(letter)) {
    event.preventDefault();
  }
}

document.addEventListener("keydown", handle);
