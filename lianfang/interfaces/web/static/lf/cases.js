// Deciding many contacts at once (密接批量判定): sets the choice of rows that have none; nothing is sent until saved.
for (const form of document.querySelectorAll("form[data-deciding]")) {
  const rows = [...form.querySelectorAll("tr[data-grade]")];
  const chosen = (row) => row.querySelector("select");
  form.querySelector("[data-bulk]").hidden = false;
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set], [data-clear]");
    if (!button) return;
    for (const row of rows) {
      if ("clear" in button.dataset) chosen(row).value = "";
      else if (!chosen(row).value && (!button.dataset.grade || row.dataset.grade === button.dataset.grade)) {
        chosen(row).value = button.dataset.set;
      }
    }
  });
}
