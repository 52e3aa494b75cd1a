// Working through a list without the mouse.
//
// <table data-queue>: rows of its bodies are visited by j and k; Enter opens the row's a[data-open], x ticks its
// checkbox. [data-search] takes "/". data-select-all, in the table or its form, ticks every row;
// [data-selected-count] shows how many, and [data-needs-selection] buttons wait for the first. [data-selected-sum] adds up the data-amount-fen of what is
// ticked and shows it in yuan.
const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("table[data-queue] tbody > tr")].filter((row) => row.querySelector("a, input"));
let current = -1;

function go(step) {
  const all = rows();
  if (!all.length) return;
  all[current]?.classList.remove("row-current");
  current = Math.max(0, Math.min(all.length - 1, current + step));
  const row = all[current];
  row.classList.add("row-current");
  (row.querySelector("a[data-open], a") ?? row.querySelector("input")).focus();
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const row = rows()[current];
  if (event.key === "j" || event.key === "k") {
    go(event.key === "j" ? 1 : -1);
  } else if (event.key === "x" && row) {
    row.querySelector("input[type=checkbox]")?.click();
  } else if (event.key === "Enter" && row && event.target === document.body) {
    row.querySelector("a[data-open], a")?.click();
  } else if (event.key === "/") {
    const box = document.querySelector("[data-search], input[type=search]");
    if (!box) return;
    box.focus();
  } else if (event.key === "?") {
    document.getElementById("keyboard-help").showModal();
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("table[data-queue] tbody > tr");
  if (!row) return;
  const all = rows();
  all[current]?.classList.remove("row-current");
  current = all.indexOf(row);
  row.classList.add("row-current");
});

function boxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox][name]")];
}

// Fen to "13,600.00", in whole numbers only.
function yuan(fen) {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
}

function count() {
  for (const table of document.querySelectorAll("table[data-queue]")) {
    const chosen = boxes(table).filter((box) => box.checked);
    for (const box of boxes(table)) box.closest("tr").classList.toggle("row-selected", box.checked);
    const place = table.closest("form") ?? document;
    for (const all of place.querySelectorAll("[data-select-all]")) {
      all.checked = chosen.length > 0 && chosen.length === boxes(table).length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
    for (const output of place.querySelectorAll("[data-selected-count]")) output.textContent = chosen.length;
    const sum = chosen.reduce((total, box) => total + Number(box.dataset.amountFen ?? 0), 0);
    for (const output of place.querySelectorAll("[data-selected-sum]")) output.textContent = yuan(sum);
    for (const button of place.querySelectorAll("[data-needs-selection]")) button.disabled = chosen.length === 0;
  }
}

document.addEventListener("change", (event) => {
  const every = event.target.matches("[data-select-all]");
  const near = every ? event.target.closest("form") : null;
  const table = event.target.closest("table[data-queue]") ?? near?.querySelector("table[data-queue]");
  if (!table) return;
  if (every) {
    for (const box of boxes(table)) box.checked = event.target.checked;
  }
  count();
});
document.addEventListener("htmx:load", count);
count();
