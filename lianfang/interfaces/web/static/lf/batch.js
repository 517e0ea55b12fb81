// Entries that are handed in together (成批上传): readings of a round, each with its own key and its own answer.
// What the server has, it has once: the same key again gets the same answer.
import * as store from "./store.js";

const AT_ONCE = 200;
const TRY_AGAIN = [408, 425, 429];

async function post(url, records, token) {
  const entries = await Promise.all(records.map(store.unseal));
  const claims = { "X-Lianfang-Account": records[0].account, "X-CSRFToken": await token() };
  const headers = { Accept: "application/json", "Content-Type": "application/json", ...claims };
  return fetch(url, { method: "POST", body: JSON.stringify({ entries }), headers, credentials: "same-origin", redirect: "manual" });
}

async function settle(records, receipts) {
  const byKey = new Map(receipts.map((one) => [one.key, one]));
  for (const record of records) {
    const said = byKey.get(record.key);
    if (said && said.receipt) await store.drop(record.key);
    else if (said) await store.mark(record.key, { state: "rejected", reason: said.message });
  }
  document.dispatchEvent(new CustomEvent("lf-receipts", { detail: receipts }));
}

async function sendSome(url, records, token) {
  const answer = await post(url, records, token).catch(() => null);
  if (!answer) return { is: "later" };
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.receipts) return settle(records, said.receipts).then(() => ({ is: "received" }));
  if ([401, 403].includes(answer.status) || answer.type === "opaqueredirect" || said.code === "account") return { is: "sign-in" };
  if (answer.status < 400 || answer.status >= 500 || TRY_AGAIN.includes(answer.status)) return { is: "later", after: Number(answer.headers.get("Retry-After")) * 1000 };
  for (const record of records) await store.mark(record.key, { state: "rejected", reason: said.title || "" });
  return { is: "refused" };
}

// `token` is asked for when sending: the session may have changed since the entries were made.
export async function sendTogether(due, token) {
  for (const url of new Set(due.map((record) => record.url))) {
    const mine = due.filter((record) => record.url === url);
    for (let start = 0; start < mine.length; start += AT_ONCE) {
      const result = await sendSome(url, mine.slice(start, start + AT_ONCE), token);
      if (result.is === "sign-in" || result.is === "later") return { ...result, tries: mine[0].tries };
    }
  }
  return { is: "empty" };
}
