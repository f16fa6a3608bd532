// A case by keyboard, and a note when somebody else changed it.
(() => {
  const typing = (target) => target instanceof HTMLElement && target.closest("input, textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".modal.show")) return;
    if (typing(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "j") document.getElementById("after")?.click();
    else if (event.key === "k") document.getElementById("before")?.click();
    else if (event.key === "c") document.getElementById("text")?.focus();
    else {
      const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
      if (!button) return;
      button.click();
    }
    event.preventDefault();
  });

  const page = document.getElementById("case");
  const since = new Date().toISOString();
  const ask = async () => {
    if (document.hidden) return;
    const address = new URL(page.dataset.live, location.href);
    address.searchParams.set("since", since);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const told = await answer.json();
      const changed = told.rows.find((each) => String(each.revision) !== page.dataset.revision);
      const news = document.getElementById("news");
      if (changed && news.hidden) {
        news.hidden = false;
        page.prepend(news);
        const state = page.querySelector("[data-state]");
        if (state) state.textContent = changed.state;
      }
    } catch { /* asked again soon */ }
  };
  if (page) setInterval(ask, 3000);
})();
