// The nurse's round (查房): one guest a screen in walking order. Each save is kept on the device first and shown at once;
// the queue hands them in together (batch.js) when there is a network.
import * as store from "./store.js";
import { flush, start } from "./outbox.js";

const page = document.getElementById("round");
const $ = (name) => page.querySelector(`[data-${name}]`);
const unit = decodeURIComponent(location.pathname.split("/")[2] || "");
let account = document.body.dataset.account || "";
let list = null;
let here = 0;
let digits = "";
let confirmed = "";
let replaces = "";
let soon;
const abouts = new Map(); // key of an entry -> what it is about; on the device itself only the sealed entry says so

const guest = () => list.guests[here];
const needs = (one) => !one.done || one.second;
const say = (text) => { document.querySelector("[data-said]").textContent = text; };
const fill = (text, values) => Object.entries(values).reduce((found, [name, value]) => found.replace(`{${name}}`, value), text);

// Three digits are a temperature: 365 is 36.5. Nothing is filled in before somebody types.
const shown = () => `${(digits[0] || "–")}${(digits[1] || "–")}.${digits.slice(2) || "–"}`;
const celsius = () => (digits.length >= 3 ? `${digits.slice(0, 2)}.${digits.slice(2)}` : "");
const symptoms = () => [...page.querySelectorAll("[data-symptoms] input:checked")].map((box) => box.value);
const reason = () => { const box = page.querySelector("[data-skip] input:checked"); return box ? box.value : ""; };

async function fetched() {
  const answer = await fetch(`/round/${encodeURIComponent(unit)}/list`, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = await answer.json();
  return { ...fresh, ahead: Date.parse(fresh.now) - Date.now() }; // kept with the list, also without a network
}

async function load() {
  if (!account) account = ((await store.remembered()) || {}).account || "";
  if (!account || !store.usable()) return null;
  try {
    const fresh = await fetched();
    await store.keepCopy(account, `round|${unit}`, fresh);
    return fresh;
  } catch {
    return store.copyOf(account, `round|${unit}`).catch(() => null);
  }
}

// What waits on this device is done as far as this nurse is concerned, until the server says otherwise.
async function overlay() {
  const waiting = (await store.entriesOf(account)).filter((record) => record.batch && record.page === location.pathname);
  for (const record of waiting) {
    const about = await aboutOf(record);
    const one = list.guests.find((each) => each.stay === about.stay && about.day === list.day && about.slot === list.slot);
    if (one) mark(one, record.state === "rejected" ? null : about);
  }
}

async function aboutOf(record) {
  if (!abouts.has(record.key)) abouts.set(record.key, about(await store.unseal(record)));
  return abouts.get(record.key);
}

function about(said) {
  const high = Boolean(said.symptoms && said.symptoms.length) || Number(said.celsius) >= Number(list.limits.fever);
  return { stay: said.stay, day: said.day, slot: said.slot, skipped: said.skipped || "", high };
}

function mark(one, said) {
  if (!said) one.done = one.second = false;
  else if (said.skipped) one.note = said.skipped;
  else {
    one.second = Boolean(said.high) && !one.done;
    one.done = true;
  }
}

function bar() {
  const done = list.guests.filter((one) => one.done).length;
  const left = list.guests.filter(needs).length;
  $("progress").textContent = fill(page.dataset.progress, { done, expected: list.guests.length });
  $("bar").max = list.guests.length || 1;
  $("bar").value = done;
  $("left").textContent = left;
  $("proof").textContent = `${done} / ${list.guests.length}`;
  const over = left === 0;
  $("end").hidden = !over;
  $("card").hidden = $("go").hidden = over || !$("list").hidden;
}

function open(index) {
  here = (index + list.guests.length) % list.guests.length;
  const one = guest();
  digits = confirmed = "";
  $("room").textContent = one.room;
  $("place").textContent = one.floor === null ? one.building : fill(page.dataset.floor, { building: one.building, floor: one.floor });
  $("name").textContent = one.name;
  $("why").hidden = !one.second;
  $("why-text").textContent = page.dataset.second;
  for (const box of page.querySelectorAll(".tiles input")) box.checked = false;
  for (const more of page.querySelectorAll(".round-more")) more.open = false;
  draw();
  bar();
}

function draw() {
  $("degrees").textContent = shown();
  $("note").textContent = "";
  $("chosen").textContent = symptoms().length || "";
}

function onward() {
  const after = [...list.guests.keys()].map((n) => (here + 1 + n) % list.guests.length);
  const next = after.find((index) => needs(list.guests[index]) && !list.guests[index].note) ?? after.find((index) => needs(list.guests[index]));
  if (next === undefined) { bar(); $("end").focus(); } else open(next);
}

function problem() {
  const value = Number(celsius());
  const { min, max, low, high } = list.limits;
  if (!celsius() && !symptoms().length && !reason()) return page.dataset.empty;
  if (digits && (digits.length < 3 || value < Number(min) || value > Number(max))) return fill(page.dataset.impossible, { low: min, high: max });
  const odd = celsius() && (value < Number(low) || value > Number(high)) && confirmed !== digits;
  confirmed = digits;
  return odd ? page.dataset.unlikely : "";
}

function entry() {
  const one = guest();
  const of = { key: crypto.randomUUID(), stay: one.stay, room: one.room, day: list.day, slot: list.slot, at: new Date(Date.now() + (list.ahead || 0)).toISOString() };
  if (!celsius() && !symptoms().length) return { ...of, skipped: reason() };
  const odd = Number(celsius()) < Number(list.limits.low) || Number(celsius()) > Number(list.limits.high);
  return { ...of, celsius: celsius() || null, symptoms: symptoms(), sure: Boolean(celsius() && odd) };
}

async function save() {
  const wrong = problem();
  $("note").textContent = wrong;
  if (wrong) return;
  const said = entry();
  const record = { key: said.key, account, url: `/round/${encodeURIComponent(unit)}/sync`, page: location.pathname, batch: true };
  abouts.set(said.key, about(said));
  try {
    await store.keep(record, said);
    if (replaces) await store.drop(replaces);
  } catch {
    $("note").textContent = page.dataset.full;
    return;
  }
  replaces = "";
  mark(guest(), abouts.get(said.key));
  say(fill(page.dataset.saved, { room: said.room }));
  page.dataset.kept = said.key; // for whoever measures: this entry is on the device
  if (guest().second) open(here); else onward();
  handIn();
}

// A moment after the last save, so that handing in never stands in the way of the next one.
function handIn() {
  clearTimeout(soon);
  if (navigator.onLine) soon = setTimeout(flush, 1500);
}

function left() {
  const template = $("list").querySelector("template");
  const rows = [...list.guests.entries()].filter(([, one]) => needs(one)).map(([index, one]) => {
    const row = document.importNode(template.content, true).firstElementChild;
    row.querySelector("[data-r]").textContent = one.room;
    row.querySelector("[data-n]").textContent = one.name;
    row.querySelector("[data-t]").textContent = one.second ? page.dataset.second : one.note;
    row.querySelector("button").addEventListener("click", () => { show(false); open(index); });
    return row;
  });
  $("rooms").replaceChildren(...rows);
}

function show(listed) {
  $("list").hidden = !listed;
  if (listed) left();
  bar();
}

function press(event) {
  const key = event.target.closest("button");
  if (!key || !page.contains(key)) return;
  if (key.dataset.digit && digits.length < 4) digits += key.dataset.digit;
  if ("back" in key.dataset) digits = digits.slice(0, -1);
  if ("clear" in key.dataset) digits = "";
  if (key.dataset.digit || "back" in key.dataset || "clear" in key.dataset) draw();
  if ("save" in key.dataset) save();
  if ("next" in key.dataset) open(here + 1);
  if ("previous" in key.dataset) open(here - 1);
  if ("openList" in key.dataset) show(true);
  if ("closeList" in key.dataset) show(false);
}

// A hand-held keyboard types too; ordinary fields keep their keys.
function typed(event) {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey) return;
  if (/^[0-9]$/.test(event.key) && digits.length < 4) digits += event.key;
  else if (event.key === "Backspace") digits = digits.slice(0, -1);
  else return;
  event.preventDefault();
  draw();
}

// "Correct" in the list of what waits leads here: the refused entry is replaced by the next one that is saved.
async function reopened() {
  const key = new URLSearchParams(location.search).get("entry");
  const record = key && (await store.entriesOf(account)).find((one) => one.key === key);
  if (!record) return -1;
  replaces = key;
  await aboutOf(record);
  return list.guests.findIndex((one) => one.stay === abouts.get(key).stay);
}

async function begin() {
  list = await load();
  if (!list || !list.guests) { document.querySelector("[data-nothing]").hidden = false; return; }
  document.querySelector("[data-site]").textContent = list.site;
  document.querySelector("[data-slot]").textContent = `${list.day} ${list.slot_word}`;
  $("proof-link").href = `/round/${encodeURIComponent(unit)}/proof`;
  await overlay();
  page.hidden = false;
  const again = await reopened();
  const first = list.guests.findIndex(needs);
  if (list.guests.length) open(again >= 0 ? again : Math.max(first, 0)); else bar();
}

document.addEventListener("click", press);
document.addEventListener("keydown", typed);
page.addEventListener("change", draw);
document.addEventListener("lf-left", async () => { if (list && list.guests.length) { await overlay(); bar(); } });
document.documentElement.classList.add("js");
start();
begin();
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
