// Everything a working page starts (页面脚本). Each module looks for its own marks and does nothing without them.
import "./countdown.js";
import "./dialog.js";
import "./keys.js";
import "./needs.js";
import "./paste.js";
import "./poll.js";
import "./select.js";
import { entriesOf, usable } from "./store.js";
import { start } from "./outbox.js";

start();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// Signing out empties the device; entries that still wait would be lost, so that is asked first.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form || form.dataset.asked || !usable()) return;
  event.preventDefault();
  const left = await entriesOf(document.body.dataset.account);
  if (left.length && !confirm(form.dataset.warn.replace("{n}", left.length))) return;
  form.dataset.asked = "yes";
  form.requestSubmit();
});
