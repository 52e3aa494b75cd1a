// What happens to an answer of the server that is not the fragment that was asked for.
const refusals = document.getElementById("refusals");
const live = document.getElementById("live");

function show(text) {
  const note = document.createElement("div");
  note.className = "note note-bad";
  note.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "note-body";
  body.textContent = text;
  note.append(body);
  refusals.replaceChildren(note);
  refusals.scrollIntoView({ block: "nearest" });
}

// The session ended while the page was open: the sign-in page belongs in the window, not in a fragment.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  const page = xhr.responseText.trimStart().toLowerCase().startsWith("<!doctype");
  if (page && xhr.responseURL && new URL(xhr.responseURL).pathname !== event.detail.pathInfo.finalRequestPath.split("?")[0]) {
    event.preventDefault();
    window.location.assign(xhr.responseURL);
  }
});

// A refusal goes to the top of the page, whatever the request had aimed at; what the user typed stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) {
    refusals.replaceChildren();
    return;
  }
  if (xhr.responseText.includes("data-refusal")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = refusals;
    event.detail.swapOverride = "innerHTML show:top";
  } else if (xhr.status !== 422) {
    show(live.dataset.failed);
  }
});

document.addEventListener("htmx:sendError", () => show(live.dataset.offline));

// data-say="…" in a fragment is read out once it has arrived.
document.addEventListener("htmx:load", (event) => {
  const said = event.detail.elt.querySelector?.("[data-say]") ?? (event.detail.elt.dataset?.say ? event.detail.elt : null);
  if (said) live.textContent = said.dataset.say;
});
