// Long forms: what was typed is saved as one goes, and is not lost by leaving.
//
// data-autosave on a form that htmx sends on change: its [data-save-state] element says what happened, with
// the words that it carries itself (data-saving, data-saved, data-failed).
// data-warn-dirty on a form that only saves by its button: leaving asks first.
// data-submit-on-change on a filter form: a choice applies at once; the button stays for those without script.
const dirty = new Set();

function stateOf(form) {
  return form.querySelector("[data-save-state]") ?? document.querySelector(`[data-save-state="${form.id}"]`);
}

function say(form, state) {
  const place = stateOf(form);
  if (!place) return;
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  place.dataset.state = state;
  place.textContent = (place.dataset[state] ?? "").replace("{time}", time);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (form) say(form, "saving");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (!form) return;
  // An answer may say that half-typed rows were not stored: the form is not clean then.
  const saved = event.detail.successful && event.detail.xhr.getResponseHeader("X-Saved") !== "partly";
  say(form, saved ? "saved" : "failed");
  if (saved) dirty.delete(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-warn-dirty], form[data-autosave]");
  if (form) dirty.add(form);
});

document.addEventListener("submit", (event) => dirty.delete(event.target));

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form && event.target.matches("select, [type=checkbox], [type=radio], [type=date]")) form.requestSubmit();
});

window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

// A button that was pressed once does not send the same form twice; the server refuses it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // The answer may be a file, and then this page stays.
  setTimeout(() => { delete form.dataset.sent; }, 3000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A page that came back with errors puts the reader at the first of them.
const invalid = document.querySelector(".page form[method='post'] [aria-invalid='true']");
if (invalid && !document.querySelector("[autofocus]")) invalid.focus({ preventScroll: false });
