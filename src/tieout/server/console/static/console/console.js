// What every page has: theme button, table rows that open, keys that go somewhere, confirmations.
(() => {
  const themeNames = { auto: "as the system", light: "light", dark: "dark" };
  const tellTheme = () => {
    const choice = document.documentElement.getAttribute("data-theme-choice");
    for (const button of document.querySelectorAll("[data-theme-button]")) {
      button.setAttribute("aria-label", `Theme: ${themeNames[choice]}. Change it`);
      button.title = `Theme: ${themeNames[choice]}`;
    }
  };
  document.addEventListener("tieout:theme", tellTheme);

  const isTyping = (target) =>
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");

  // Go-to keys: g then a letter, read off the links of the navigation.
  let waitsForGoal = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (waitsForGoal) {
      waitsForGoal = false;
      const link = document.querySelector(`[data-goto="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") {
      waitsForGoal = true;
      setTimeout(() => { waitsForGoal = false; }, 1500);
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?") {
      const help = document.getElementById("keys");
      const bootstrap = window.bootstrap ?? window.tabler?.bootstrap;
      if (help && bootstrap) {
        event.preventDefault();
        bootstrap.Modal.getOrCreateInstance(help).toggle();
      }
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-button]");
    if (button) { window.tieoutTheme.next(); return; }
    const printer = event.target.closest("[data-print]");
    if (printer) { window.print(); return; }
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".alert")?.remove();
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  document.addEventListener("DOMContentLoaded", tellTheme);
})();
// The offer to undo: counted down, taken by u, gone when it is too late.
(() => {
  const offer = document.getElementById("undo");
  if (!offer) return;
  const until = Number(offer.dataset.until) * 1000;
  const bar = offer.querySelector("progress");
  const count = setInterval(() => {
    const left = (until - Date.now()) / 1000;
    bar.value = Math.max(0, left);
    if (left <= 0) { clearInterval(count); offer.remove(); }
  }, 200);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key !== "u" || typing || event.ctrlKey || event.metaKey || event.altKey || !offer.isConnected) return;
    event.preventDefault();
    offer.querySelector("button").click();
  });
})();
