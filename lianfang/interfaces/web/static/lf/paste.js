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

// A file that the server would refuse is said to be too large before it is sent.
function weigh(input) {
  const tooLarge = [...input.files].some((file) => file.size > Number(input.dataset.largest));
  input.setCustomValidity(tooLarge ? input.dataset.tooLarge : "");
  input.reportValidity();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-largest]")) weigh(event.target);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-paste-preview]")) say(event.target);
});
for (const area of document.querySelectorAll("textarea[data-paste-preview]")) say(area);
