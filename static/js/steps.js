// A strip of stages that does not fit starts at the stage of now.
for (const strip of document.querySelectorAll(".steps")) {
  const now = strip.querySelector("[aria-current], .step-failed");
  if (now) strip.scrollLeft = now.offsetLeft - (strip.clientWidth - now.offsetWidth) / 2;
}
