// Rows of amounts that have to make a sum: what they make and what is left is told as one types.
//
// data-sum-of on the form: the sum in fen; [data-sum-part] an amount in yuan; [data-sum-made] and
// [data-sum-rest] show the two. Without script the page says both when it is sent.
const AMOUNT = /^([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2}))?$/;

function fenOf(text) {
  const found = AMOUNT.exec(text.normalize("NFKC").trim());
  if (!found) return 0n;
  const fen = BigInt(found[2].replaceAll(",", "")) * 100n + BigInt((found[3] ?? "").padEnd(2, "0"));
  return found[1] === "-" ? -fen : fen;
}

function yuan(fen) {
  const size = fen < 0n ? -fen : fen;
  const whole = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0n ? "-" : ""}${whole}.${(size % 100n).toString().padStart(2, "0")}`;
}

function sumUp(form) {
  let made = 0n;
  for (const part of form.querySelectorAll("[data-sum-part]")) made += fenOf(part.value);
  form.querySelector("[data-sum-made]").textContent = yuan(made);
  form.querySelector("[data-sum-rest]").textContent = yuan(BigInt(form.dataset.sumOf) - made);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-sum-of]");
  if (form) sumUp(form);
});
for (const form of document.querySelectorAll("form[data-sum-of]")) sumUp(form);
