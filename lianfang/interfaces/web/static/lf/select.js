// Choosing rows (选择): a form[data-select] with checkboxes "row", a "select all" box, a bar that counts and acts.
function boxes(form) {
  return [...form.querySelectorAll('input[name="row"]')];
}

function show(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-batch]");
  bar.hidden = chosen === 0;
  const text = bar.querySelector("[data-count]");
  text.textContent = text.dataset.count.replace("{n}", chosen);
  const head = form.querySelector("[data-select-all]");
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

function everyPage(form, on) {
  form.elements.everything.value = on ? "yes" : "";
  form.querySelector("[data-everything]").setAttribute("aria-pressed", String(on));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-select]");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
  // Unticking one row takes back "all 412": the bar must never promise more than is ticked.
  if (event.target.name === "row" && !event.target.checked && form.elements.everything) everyPage(form, false);
  show(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-everything]");
  if (button) everyPage(button.form, button.getAttribute("aria-pressed") !== "true");
});

for (const form of document.querySelectorAll("form[data-select]")) show(form);
