// Two rare openings of the check-in (更正、离线打开): a refused entry put back into its form, and the offline page's owner.
import { entriesOf, remembered, unseal } from "./store.js";

function put(form, name, value) {
  for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = input.checked || input.value === value;
    else input.value = value;
  }
}

// Under the same key: the corrected entry takes the place of the refused one.
export async function reopen(form, key) {
  const record = (await entriesOf(document.body.dataset.account)).find((one) => one.key === key);
  if (!record) return;
  for (const [name, value] of await unseal(record)) put(form, name, value);
  form.dataset.kept = "";
}

// Whoever opens the page offline sees for whom it would be sent, masked.
export async function nameTheOwner() {
  const last = await remembered();
  const label = document.querySelector("[data-owner]");
  if (last && label) label.textContent = last.label;
}
