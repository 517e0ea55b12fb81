// Raising an emergency (一键报告突发情况), with or without a network: it is kept on the device with its time first, so are the stops after it.
// The time that is kept is the server's as far as this device knows it: the difference of the two clocks is remembered at every visit.
import { usable } from "./store.js";
import { flush, keepForm, start } from "./outbox.js";

const AHEAD = "lf-clock-ahead"; // ms by which the server's clock is ahead of this device's
const RUNNING = "lf-emergencies"; // what runs on this device and may not have been sent: no names, only kind, place and times
const DAY_MS = 86400000;

const form = document.getElementById("emergency");
const panel = document.getElementById("running");
const read = (name, other) => JSON.parse(localStorage.getItem(name) || "null") ?? other;
const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const moment = () => new Date(Date.now() + read(AHEAD, 0)).toISOString();
const two = (n) => String(n).padStart(2, "0");

if (form.dataset.now) write(AHEAD, Date.parse(form.dataset.now) - Date.now());

function elapsed(since, until) {
  const seconds = Math.max(0, Math.floor((Date.parse(until) - Date.parse(since)) / 1000));
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

function chosen() {
  const kind = form.querySelector("[name=kind]:checked");
  return kind ? kind.nextElementSibling.textContent.trim() : "";
}

async function raise(event) {
  if (!usable()) return; // the browser posts the form
  event.preventDefault();
  const button = form.querySelector(".emergency-go");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  form.elements.key.value = crypto.randomUUID();
  form.elements.at.value = moment();
  const key = form.elements.key.value;
  const entry = { key, kind: chosen(), where: form.elements.where.value, unit: form.elements.unit?.value || "", at: form.elements.at.value, stops: {} };
  if (!(await keepForm(form, key))) return unkept(button);
  write(RUNNING, entry);
  show(entry);
  await flush();
}

function unkept(button) {
  if (navigator.onLine) return form.submit();
  button.removeAttribute("aria-busy");
  alert(form.dataset.unkept);
}

// Shown while the server has not answered; a receipt for the emergency leads to its page.
function show(entry) {
  form.hidden = true;
  panel.hidden = false;
  panel.querySelector("[data-kind]").textContent = entry.kind;
  panel.querySelector("[data-where]").textContent = entry.where;
  for (const stop of panel.querySelectorAll("[data-stop]")) settle(stop, entry);
  panel.focus();
  tick();
}

function settle(stop, entry) {
  const at = entry.stops[stop.dataset.stop];
  stop.querySelector("[data-stopped]").textContent = at ? elapsed(entry.at, at) : "";
  stop.querySelector("button").setAttribute("aria-disabled", String(Boolean(at)));
}

function tick() {
  const entry = read(RUNNING, null);
  if (entry && !panel.hidden) panel.querySelector("[data-elapsed]").textContent = elapsed(entry.at, moment());
}

async function stopped(event) {
  const stop = event.target.closest("form[data-stop]");
  if (!stop) return;
  event.preventDefault();
  const entry = read(RUNNING, null);
  if (!entry || entry.stops[stop.dataset.stop]) return;
  const at = moment();
  Object.assign(stop.elements.key, { value: crypto.randomUUID() });
  stop.elements.incident.value = entry.key;
  stop.elements.unit.value = entry.unit;
  stop.elements.at.value = at;
  if (!(await keepForm(stop, stop.elements.key.value))) return alert(form.dataset.unkept);
  entry.stops[stop.dataset.stop] = at;
  write(RUNNING, entry);
  settle(stop, entry);
  await flush();
}

// The page of the incident opens once everything of it has been sent; until then the panel stays.
let received = "";
document.addEventListener("lf-receipt", (event) => {
  const entry = read(RUNNING, null);
  if (entry && event.detail.url) received = event.detail.url;
});
document.addEventListener("lf-left", (event) => {
  const entry = read(RUNNING, null);
  if (!entry || event.detail.some((record) => record.url === form.getAttribute("action"))) return;
  localStorage.removeItem(RUNNING);
  if (received) location.assign(received);
});

form.addEventListener("submit", raise);
panel.addEventListener("submit", stopped);
form.addEventListener("click", (event) => {
  const spot = event.target.closest("[data-spot]");
  if (spot) form.elements.where.value = spot.dataset.spot;
});
panel.querySelector("[data-another]").addEventListener("click", () => {
  panel.hidden = true;
  form.hidden = false;
  form.reset();
  form.querySelector(".emergency-go").removeAttribute("aria-busy");
});

const left = read(RUNNING, null);
if (left && Date.now() - Date.parse(left.at) < DAY_MS && usable()) show(left);
setInterval(tick, 1000);
document.documentElement.classList.add("js");
start();
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
