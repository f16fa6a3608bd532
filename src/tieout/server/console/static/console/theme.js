// Chooses light or dark before anything is drawn: as a person chose, else as their system is set.
(() => {
  const KEY = "tieout-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem(KEY) || "auto"; } catch { return "auto"; }
  };
  const apply = () => {
    const choice = chosen();
    const theme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.documentElement.setAttribute("data-theme-choice", choice);
    document.dispatchEvent(new CustomEvent("tieout:theme", { detail: theme }));
  };
  system.addEventListener("change", apply);
  window.tieoutTheme = {
    next() {
      const order = ["auto", "light", "dark"];
      const choice = order[(order.indexOf(chosen()) + 1) % order.length];
      try { localStorage.setItem(KEY, choice); } catch { /* the choice lasts for this page */ }
      apply();
      return choice;
    },
  };
  apply();
})();
