// The roll-call (点名): "everyone else" is counted as exceptions are marked; the form itself goes by the outbox.
import "./check-in.js";

const form = document.querySelector("form[data-roll-call]");

function count() {
  const rest = form.querySelector("[data-rest]");
  const exceptions = [...form.querySelectorAll('select[name^="exception-"]')];
  // People whose own answer already is the exception are not part of "everyone else"; the server has taken them off `rest`.
  const changed = exceptions.filter((select) => select.value !== select.dataset.first).length;
  rest.textContent = rest.dataset.restText.replace("{n}", Number(rest.dataset.rest) - changed);
}

if (form) {
  for (const select of form.querySelectorAll('select[name^="exception-"]')) select.dataset.first = select.value;
  form.addEventListener("change", count);
}
