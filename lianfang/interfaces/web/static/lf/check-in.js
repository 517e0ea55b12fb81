// The daily check-in and the roll-call (每日打卡、点名): what is missing, the temperature steps, and sending by the outbox.
// The page works without any of this; the browser then simply posts the form.
import "./countdown.js";
import { usable } from "./store.js";
import { flush, keepForm, start } from "./outbox.js";

const form = document.querySelector("form[data-outbox]");
const button = form && form.querySelector("[data-ready]");

const chosen = (ward) => ward.querySelector(".pick:checked");
const isIll = (ward) => Boolean(ward.querySelector(".pick-ill:checked"));

// What one person still lacks: an answer, or a symptom when not well. Nothing is ever filled in for anyone.
function lacking(ward) {
  if (!chosen(ward)) return ward.querySelector(".pick");
  const symptoms = [...ward.querySelectorAll(".ill-only input[type=checkbox]")];
  if (isIll(ward) && symptoms.length && !symptoms.some((box) => box.checked)) return symptoms[0];
  return outside(ward.querySelector(".degrees input"));
}

function outside(input) {
  const value = input && input.value.trim().replace(",", ".");
  if (!value) return null;
  const possible = Number(value) >= Number(input.dataset.min) && Number(value) <= Number(input.dataset.max);
  return possible ? null : input;
}

const allLacking = () => [...form.querySelectorAll(".ward")].map(lacking).filter(Boolean);

function settle() {
  if (!button) return;
  const missing = allLacking().length;
  button.setAttribute("aria-disabled", String(missing > 0));
  const ill = [...form.querySelectorAll(".ward")].some(isIll);
  const ready = ill ? button.dataset.ill : button.dataset.ready;
  button.querySelector("span").textContent = missing && missing < form.querySelectorAll(".ward").length
    ? button.dataset.needs.replace("{n}", missing) : ready;
}

// Impossible values are refused at the field when it is left, unlikely ones are asked about; never while typing.
function judge(input) {
  const note = input.closest(".card").querySelector("[data-note]");
  const value = Number(input.value.trim().replace(",", "."));
  const unlikely = value < Number(input.dataset.low) || value > Number(input.dataset.high);
  note.textContent = outside(input) ? note.dataset.impossible : input.value && unlikely ? note.dataset.unlikely : "";
  input.setAttribute("aria-invalid", String(Boolean(outside(input))));
}

// From an empty field the first tap only opens it: a step must start from what somebody measured.
function step(control) {
  const input = control.parentNode.querySelector("input");
  if (!input.value.trim()) {
    input.focus();
    return;
  }
  input.value = (Number(input.value.replace(",", ".")) + Number(control.dataset.step)).toFixed(1);
  judge(input);
  settle();
}

// Made before the first try and kept through all of them; the offline page also has to name the day itself.
function prepare() {
  if ("kept" in form.dataset) return;
  for (const input of form.querySelectorAll("[data-new-key]")) input.value = crypto.randomUUID();
  const day = form.elements.day;
  if (day && !day.value) day.value = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

async function submit(event) {
  const first = button && allLacking()[0];
  if (first) {
    event.preventDefault();
    first.focus();
    return;
  }
  if (!usable()) return;
  event.preventDefault();
  prepare();
  button.setAttribute("aria-busy", "true");
  if (!(await keepForm(form, form.elements.key.value))) return unkept();
  form.dataset.kept = "";
  await flush();
  button.removeAttribute("aria-busy");
}

// A device without room keeps nothing: then it is sent the plain way, or, without a network, the page stays as it is.
function unkept() {
  if (navigator.onLine) return form.submit();
  button.removeAttribute("aria-busy");
  alert(form.dataset.unkept);
}

// "Kept on this device" is shown only while the server has not answered; a receipt moves on to the receipt page.
function kept(left) {
  const mine = left.find((record) => record.key === form.elements.key.value);
  const panel = document.getElementById("kept");
  if (!mine || mine.state !== "waiting" || !("kept" in form.dataset)) return;
  panel.hidden = false;
  form.hidden = true;
  panel.focus();
}

// Seldom needed, so the first visit does not pay for it.
async function special() {
  const again = new URLSearchParams(location.search).get("entry");
  if (!usable() || !(again || document.body.hasAttribute("data-offline-shell"))) return;
  const { nameTheOwner, reopen } = await import("./reopen.js");
  await (again ? reopen(form, again) : nameTheOwner());
  settle();
}

if (form) {
  form.addEventListener("input", settle);
  form.addEventListener("submit", submit);
  form.addEventListener("focusout", (event) => event.target.matches(".degrees input") && judge(event.target));
  form.addEventListener("click", (event) => event.target.closest("[data-step]") && step(event.target.closest("[data-step]")));
  document.addEventListener("lf-receipt", (event) => event.detail.key === form.elements.key.value && location.assign(event.detail.url || form.dataset.done));
  document.addEventListener("lf-left", (event) => kept(event.detail));
  settle();
  special();
}
document.documentElement.classList.add("js");
start();
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
