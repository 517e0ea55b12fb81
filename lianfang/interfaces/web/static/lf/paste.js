// Paste from a spreadsheet (粘贴): says at once how many rows and columns were recognised; the server checks every cell.
const SAMPLE_CELLS = 4;

function rowsOf(text) {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function cellsOf(line) {
  return line.includes("\t") ? line.split("\t") : line.split(/[,，]/);
}

function say(area) {
  const out = document.getElementById(area.dataset.pastePreview);
  const rows = rowsOf(area.value);
  if (rows.length === 0) {
    out.textContent = "";
    return;
  }
  const first = cellsOf(rows[0]);
  out.textContent = out.dataset.text
    .replace("{rows}", rows.length)
    .replace("{columns}", first.length)
    .replace("{first}", first.slice(0, SAMPLE_CELLS).join(" | "));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-paste-preview]")) say(event.target);
});
for (const area of document.querySelectorAll("textarea[data-paste-preview]")) say(area);
