// The side navigation is open in the markup, so that it works without a script. On a phone it starts folded.
// This file runs while the page is still being read: folded before it is first painted.
(() => {
  const nav = document.getElementById("sidenav");
  const narrow = window.matchMedia("(max-width: 991.98px)");
  const fit = () => { nav.open = !narrow.matches; };
  fit();
  narrow.addEventListener("change", fit);
})();
