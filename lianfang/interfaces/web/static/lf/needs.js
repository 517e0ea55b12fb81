// A button that cannot act yet says what is still needed (还差 n 项) and leads there; it keeps keyboard focus.
const TICKS = "input[required]";

function lacking(form) {
  return [...form.querySelectorAll(TICKS)].filter((tick) => !tick.checkValidity());
}

function settle(form) {
  const button = form.querySelector("[data-ready]");
  const missing = lacking(form).length;
  button.setAttribute("aria-disabled", String(missing > 0));
  button.querySelector("span").textContent = missing ? button.dataset.needs : button.dataset.ready;
}

export function watch(form) {
  settle(form);
  form.addEventListener("input", () => settle(form));
}

function start(root) {
  for (const form of root.querySelectorAll("form[data-needs-ticks]:not([data-watched])")) {
    form.dataset.watched = "";
    watch(form);
  }
}

document.addEventListener("submit", (event) => {
  const first = event.target.matches("form[data-needs-ticks]") && lacking(event.target)[0];
  if (first) {
    event.preventDefault();
    first.focus();
  }
});

// Dialog bodies arrive later than the page.
new MutationObserver(() => start(document)).observe(document.body, { childList: true, subtree: true });
start(document);
