// Everything a working page starts (页面脚本). Each module looks for its own marks and does nothing without them.
import "./countdown.js";
import "./dialog.js";
import "./keys.js";
import "./needs.js";
import "./paste.js";
import "./poll.js";
import "./select.js";
import { start } from "./outbox.js";

start();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
