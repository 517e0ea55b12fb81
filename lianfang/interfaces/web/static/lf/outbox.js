// The outbox (待上传): forms marked data-outbox are kept on the device first, sent, and deleted only on a receipt.
// It empties itself on load, when the network returns and when the page is looked at again.
import * as store from "./store.js";

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 300000;
const TRY_AGAIN = [408, 425, 429]; // too slow, too early, too often: the only answers of 4xx that may change by themselves
let timer;
let who;

async function account() {
  const signedIn = document.body.dataset.account;
  if (signedIn) {
    // A device without room still sends what it keeps; only the page without a network will not know whose it is.
    await store.remember({ account: signedIn, label: document.body.dataset.masked || "" }).catch(() => undefined);
    return signedIn;
  }
  const last = document.body.hasAttribute("data-offline-shell") ? await store.remembered() : null;
  return last ? last.account : "";
}

// The token is the session's, not the entry's: it is read when sending, from this page or, on the offline page, anew.
async function token() {
  const here = document.querySelector("[name=csrfmiddlewaretoken]");
  if (here) return here.value;
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const there = page.querySelector("[name=csrfmiddlewaretoken]");
  return there ? there.value : "";
}

async function post(record) {
  const claims = { "X-Lianfang-Account": record.account, "X-Lianfang-Made-At": record.made_at };
  const headers = { Accept: "application/json", "X-CSRFToken": await token(), ...claims };
  const body = new URLSearchParams(await store.unseal(record));
  return fetch(record.url, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual" });
}

function reasonOf(problem) {
  const errors = (problem.errors || []).map((error) => error.message).filter(Boolean);
  return errors.join(" ") || problem.title || "";
}

// One answer of the server in one word. Only "received" may delete; only "refused" stops the tries.
async function verdict(record, answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.receipt && said.key === record.key) return { is: "received", said };
  if ([401, 403].includes(answer.status) || answer.type === "opaqueredirect" || said.code === "account") return { is: "sign-in" };
  if (answer.status >= 400 && answer.status < 500 && !TRY_AGAIN.includes(answer.status)) return { is: "refused", reason: reasonOf(said) };
  return { is: "later", after: Number(answer.headers.get("Retry-After")) * 1000 };
}

async function send(record) {
  const result = await post(record).then((answer) => verdict(record, answer), () => ({ is: "later" }));
  if (result.is === "received") {
    await store.drop(record.key);
    document.dispatchEvent(new CustomEvent("lf-receipt", { detail: result.said }));
  } else if (result.is === "refused") {
    await store.mark(record.key, { state: "rejected", reason: result.reason });
  } else {
    await store.mark(record.key, { tries: record.tries + 1 });
  }
  return result;
}

async function sendAll() {
  const due = (await store.entriesOf(who)).filter((record) => record.state === "waiting" && !store.expired(record));
  for (const record of due.filter((one) => !one.batch)) {
    const result = await send(record);
    if (result.is === "sign-in" || result.is === "later") return { ...result, tries: record.tries };
  }
  const together = due.filter((one) => one.batch);
  return together.length ? (await import("./batch.js")).sendTogether(together, token) : { is: "empty" };
}

// Full jitter, so that a school whose network returns does not arrive all at once.
function again({ after = 0, tries = 0 }) {
  clearTimeout(timer);
  timer = setTimeout(flush, Math.max(after || 0, Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries)));
}

export async function flush() {
  if (!who) return;
  const locks = navigator.locks;
  const result = locks ? await locks.request("lf-outbox", sendAll) : await sendAll();
  if (result.is === "later") again(result);
  await show(result.is === "sign-in");
}

async function show(needsSignIn) {
  const bar = document.getElementById("outbox");
  const left = await store.entriesOf(who);
  document.dispatchEvent(new CustomEvent("lf-left", { detail: left }));
  if (!bar) return;
  if (left.length) (await import("./queue.js")).list(bar, left, needsSignIn, show);
  bar.hidden = left.length === 0;
}

// Keeps a filled form and tries to send it; false means nothing could be kept and the form should go the plain way.
export async function keepForm(form, key) {
  if (!store.usable() || !who) return false;
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken").map(([n, v]) => [n, String(v)]);
  const entry = { key, account: who, url: form.getAttribute("action") || location.pathname, page: location.pathname };
  return store.keep(entry, fields).then(() => true, () => false);
}

// Signing out empties the device; entries that still wait would be lost, so that is asked first.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form || form.dataset.asked || !store.usable()) return;
  event.preventDefault();
  const left = await store.entriesOf(document.body.dataset.account);
  if (left.length && !confirm(form.dataset.warn.replace("{n}", left.length))) return;
  form.dataset.asked = "yes";
  form.requestSubmit();
});

// A change of language must not lose what was typed (切换语言): carry.js takes it over the new page of this tab.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-language]");
  if (!form || form.dataset.carried) return;
  event.preventDefault();
  await import("./carry.js").then((carry) => carry.keep(), () => {});
  form.dataset.carried = "yes";
  form.requestSubmit(event.submitter);
});
if (sessionStorage.getItem("lf-typed")) import("./carry.js").then((carry) => carry.putBack());

export async function start() {
  if (!store.usable()) return;
  who = await account();
  if (!who) return;
  await store.tidy(who);
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  await flush();
}
