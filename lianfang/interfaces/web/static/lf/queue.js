// What waits on this device, in words (待上传清单): how many, the oldest, and each refused entry with its reason.
// A refused entry stays until the person corrects or discards it.
import { drop, expired } from "./store.js";

function stopped(record) {
  return record.state === "rejected" || expired(record);
}

function moment(text) {
  const at = new Date(text);
  const two = (n) => String(n).padStart(2, "0");
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function refused(bar, record, after) {
  const item = document.importNode(bar.querySelector("template").content, true).firstElementChild;
  item.querySelector("[data-time]").textContent = moment(record.made_at);
  item.querySelector("[data-reason]").textContent = expired(record) ? bar.dataset.expired : record.reason || bar.dataset.refused;
  item.querySelector("a").href = `${record.page}?entry=${encodeURIComponent(record.key)}`;
  item.querySelector("button").addEventListener("click", () => drop(record.key).then(after));
  return item;
}

export function list(bar, records, needsSignIn, show) {
  const waiting = records.filter((record) => !stopped(record));
  const line = bar.querySelector("[data-line]");
  line.hidden = waiting.length === 0;
  if (waiting.length) line.textContent = bar.dataset.waiting.replace("{n}", waiting.length).replace("{time}", moment(waiting[0].made_at));
  bar.querySelector("[data-next]").textContent = needsSignIn ? bar.dataset.signIn : bar.dataset.byItself;
  bar.querySelector("[data-next]").hidden = waiting.length === 0;
  const after = () => show(needsSignIn);
  bar.querySelector("ul").replaceChildren(...records.filter(stopped).map((record) => refused(bar, record, after)));
}
