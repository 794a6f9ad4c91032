// Applies the kept theme before the first paint. A file of its own, as the policy allows no inline script.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem("watchtogether.theme");
  } catch {
    // Storage may be refused; the system's preference then decides.
  }
  const light = window.matchMedia("(prefers-color-scheme: light)").matches;
  const theme = kept === "light" || kept === "dark" ? kept : light ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
})();
