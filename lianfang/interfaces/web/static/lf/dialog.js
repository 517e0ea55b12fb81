// Dialogs (对话框): <a href data-dialog> shows that page's [data-dialog-body] over this one.
// Whatever goes wrong, the link simply opens as the page it is.
function shell() {
  let dialog = document.getElementById("page-dialog");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "page-dialog";
    document.body.append(dialog);
  }
  return dialog;
}

async function bodyOf(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html", "X-Dialog": "1" }, credentials: "same-origin" });
  // A redirect means signing in again or a report that has meanwhile been sent: both deserve their own page.
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const body = page.querySelector("[data-dialog-body]");
  if (!body) throw new Error("no dialog body");
  return document.adoptNode(body);
}

async function open(link) {
  const body = await bodyOf(link.href);
  const dialog = shell();
  dialog.replaceChildren(body);
  dialog.setAttribute("aria-labelledby", body.querySelector("h1, h2")?.id || "");
  dialog.addEventListener("close", () => link.focus(), { once: true });
  dialog.showModal();
  // To the first decision, not to the cross in the corner.
  (body.querySelector("input:not([type=hidden]), select, textarea") || body.querySelector("button, a"))?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (link && plain && link.getAttribute("aria-disabled") !== "true" && "showModal" in HTMLDialogElement.prototype) {
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
    return;
  }
  const close = event.target.closest("dialog [data-close]");
  if (close) {
    event.preventDefault();
    close.closest("dialog").close();
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal?.();
});
