// Questions before something that cannot be taken back.
//
// A button or a form with data-confirm="…" asks first. data-confirm-title and data-confirm-action give the
// dialog its heading and the words on its button; data-confirm-tone="bad" makes that button red.
// data-open-dialog="id" opens a dialog of the page, data-close-dialog closes the one it stands in.
const dialog = document.getElementById("confirm-dialog");
const yes = dialog.querySelector("[data-confirm-yes]");
let asked = null;

function ask(element, submitter) {
  const source = submitter?.dataset.confirm ? submitter : element;
  dialog.querySelector("#confirm-title").textContent = source.dataset.confirmTitle || dialog.dataset.title;
  dialog.querySelector("#confirm-text").textContent = source.dataset.confirm;
  yes.textContent = source.dataset.confirmAction || dialog.dataset.action;
  const bad = source.dataset.confirmTone === "bad";
  yes.classList.toggle("btn-danger", bad);
  yes.classList.toggle("btn-primary", !bad);
  dialog.classList.toggle("dialog-danger", bad);
  asked = { element, submitter };
  dialog.showModal();
}

// Capturing, so that htmx and other listeners see only what was confirmed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const submitter = event.submitter;
  if (!form.dataset.confirm && !submitter?.dataset.confirm) return;
  if (form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  ask(form, submitter);
}, true);

yes.addEventListener("click", () => {
  const { element, submitter } = asked;
  dialog.close();
  element.dataset.confirmed = "yes";
  element.requestSubmit(submitter ?? undefined);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    opener.closest("details[data-menu]")?.removeAttribute("open");
    document.getElementById(opener.dataset.openDialog)?.showModal();
    return;
  }
  if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
});
