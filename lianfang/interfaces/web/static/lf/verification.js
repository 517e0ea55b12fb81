// The workbench (校核台): moving to a pair brings its panel, an answer brings the next pair; without this file both are plain pages.
// A key pressed while a panel one has moved to is on its way waits for it, so that no answer ever goes to the pair one has just left.
// While an answer is on its way, and for a moment after the next pair has been drawn, keys and clicks give none: nobody has read that pair yet.
const bench = () => document.getElementById("bench");
const panel = () => document.getElementById("panel");
const KEYS = /^[0-9u]$/;
const MOMENT_MS = 500; // as long as the two presses of one double press may lie apart
let wanted = null; // the pair whose panel is on its way
let waiting = null; // the key pressed meanwhile
let newest = 0;
let sending = false;
let quiet = { undo: false, until: 0 }; // what was sent last, and until when another of its kind is taken for the same press

async function pageAt(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  const elsewhere = answer.redirected && !new URL(answer.url).pathname.startsWith("/verification/");
  if (elsewhere || !(answer.ok || answer.status === 422)) throw new Error(String(answer.status));
  return [new DOMParser().parseFromString(await answer.text(), "text/html"), answer.url];
}

function mark(row) {
  for (const one of document.querySelectorAll(".pair")) one.classList.toggle("is-here", one === row);
}

async function look(link) {
  const row = link.closest("[data-row]");
  if (sending) return;
  if (panel().dataset.item === row.dataset.row || wanted === row.dataset.row) return;
  const turn = (newest += 1);
  wanted = row.dataset.row;
  mark(row);
  panel().classList.add("is-busy");
  const [page] = await pageAt(`${link.href}${link.search ? "&" : "?"}part=panel`);
  if (turn !== newest) return;
  panel().replaceChildren(...page.body.childNodes);
  panel().dataset.item = wanted;
  history.replaceState(null, "", link.href);
  quiet = { undo: false, until: 0 };
  settle();
}

function settle() {
  panel().classList.remove("is-busy");
  wanted = null;
  const letter = waiting;
  waiting = null;
  if (letter) bench().querySelector(`[data-key="${letter}"]`)?.click();
}

async function send(form, button) {
  const body = new FormData(form, button);
  bench().classList.add("is-sending");
  sending = true;
  waiting = null;
  const [page, url] = await pageAt(form.action, { method: "POST", body });
  const next = page.getElementById("bench");
  if (!next) throw new Error("no bench");
  newest += 1;
  bench().replaceWith(document.adoptNode(next));
  for (const part of [".page-head .sub", "main > [role=status]"]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  if (!url.endsWith("/answer")) history.replaceState(null, "", url);
  (panel().querySelector(".error") ? panel().querySelector("textarea") : document.querySelector(".pair.is-here a"))?.focus();
  settle();
  sending = false;
  hush(form);
}

function hush(form) {
  const mine = { undo: isUndo(form), until: Infinity };
  quiet = mine;
  requestAnimationFrame(() => { mine.until = performance.now() + MOMENT_MS; });
}

const isUndo = (form) => form.action.endsWith("/undo");
const unread = (undo) => sending || (quiet.undo === undo && performance.now() < quiet.until);

const open = (url) => () => location.assign(url);

document.addEventListener("focusin", (event) => {
  const link = event.target.closest("[data-pick]");
  if (link && bench()?.contains(link)) look(link).catch(open(link.href));
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const row = event.target.closest(".pair");
  const link = row?.querySelector("[data-pick]");
  const verdict = event.target.closest("[data-noted]");
  if (verdict && !verdict.form.elements.note.value.trim()) {
    event.preventDefault();
    verdict.form.elements.note.focus();
  } else if (link && !getSelection().toString()) {
    event.preventDefault();
    look(link).catch(open(link.href));
    if (matchMedia("(max-width: 860px)").matches) panel().scrollIntoView();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-bench]");
  if (!form) return;
  event.preventDefault();
  if (wanted || unread(isUndo(form))) return;
  send(form, event.submitter).catch(() => {
    sending = false;
    location.reload();
  });
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  const letter = event.key.toLowerCase();
  if (typing || document.body.dataset.keys === "off" || !KEYS.test(letter) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.repeat && !wanted && !unread(letter === "u")) return;
  if (!event.repeat && !sending && wanted) waiting = letter;
  event.preventDefault();
}, true);
