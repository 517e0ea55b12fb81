// What was typed goes over a change of language (切换语言): kept for this tab alone, put back once, then forgotten.
// Neither passwords nor files nor what the page sets itself.
const PLACE = "lf-typed";
const OURS = ["hidden", "password", "file", "submit", "button", "search"];

const here = () => location.pathname + location.search;
const forms = () => [...document.querySelectorAll("main form")];
const typed = (form) => [...form.elements].filter((one) => one.name && !OURS.includes(one.type));
const ticked = (one) => ["radio", "checkbox"].includes(one.type);

function values(form) {
  return typed(form).map((one) => [one.name, ticked(one) ? one.value : null, ticked(one) ? one.checked : one.value]);
}

export function keep() {
  sessionStorage.setItem(PLACE, JSON.stringify({ page: here(), forms: forms().map(values) }));
}

function put(form, [name, choice, value]) {
  for (const one of typed(form)) {
    if (one.name !== name || (choice !== null && one.value !== choice)) continue;
    if (choice === null) one.value = value;
    else one.checked = value;
  }
}

export function putBack() {
  const kept = JSON.parse(sessionStorage.getItem(PLACE));
  sessionStorage.removeItem(PLACE);
  if (kept.page !== here()) return;
  forms().forEach((form, n) => {
    for (const one of kept.forms[n] || []) put(form, one);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
