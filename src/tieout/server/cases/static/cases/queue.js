// The queue by keyboard, in bulk and live. Without it every form still works.
(() => {
  const table = document.querySelector("#queue table.queue");
  const rows = table ? [...table.querySelectorAll("tbody tr")] : [];
  const bulk = document.getElementById("bulk");
  const bar = document.getElementById("bulk-bar");
  const PLACE = "tieout-queue-place";
  let current = -1;

  const boxOf = (row) => row.querySelector('input[name="case"]');
  const selected = () => rows.filter((row) => boxOf(row).checked);

  const tell = () => {
    const count = selected().length;
    const text = bar?.querySelector("[data-selected]");
    if (text) text.textContent = `${count} selected`;
    if (bar) bar.hidden = count === 0;
    const all = table?.querySelector("[data-select-all]");
    if (all) { all.checked = count > 0 && count === rows.length; all.indeterminate = count > 0 && count < rows.length; }
  };

  const go = (to) => {
    if (!rows.length) return;
    if (current >= 0) rows[current]?.classList.remove("current");
    current = Math.max(0, Math.min(rows.length - 1, to));
    rows[current].classList.add("current");
    rows[current].querySelector("a.case-link")?.focus({ preventScroll: true });
    rows[current].scrollIntoView({ block: "nearest" });
  };

  const remember = () => {
    try { sessionStorage.setItem(PLACE, JSON.stringify({ at: current, tab: location.search })); } catch { /* starts at the top */ }
  };

  const press = (button) => {
    if (!bulk || !button) return;
    if (!selected().length) {
      if (current < 0) return;
      boxOf(rows[current]).checked = true;
    }
    remember();
    bulk.requestSubmit(button);
  };

  const typing = (target) => target instanceof HTMLElement && target.closest("input:not([type=checkbox]), textarea, select");

  const verdicts = { v: "valid", f: "false_positive", t: "timing", r: "resolved", e: "escalate" };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".modal.show")) return;
    if (typing(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
    const key = event.key;
    if (key === "j") go(current + 1);
    else if (key === "k") go(current - 1);
    else if (key === "x" && current >= 0) { const box = boxOf(rows[current]); box.checked = !box.checked; tell(); }
    else if (key === "Enter" && current >= 0 && !(event.target instanceof HTMLAnchorElement)) location.href = rows[current].dataset.href;
    else if (key === "a") press(bar?.querySelector("[data-take]"));
    else if (key in verdicts) press(bar?.querySelector(`[data-verdict="${verdicts[key]}"]`));
    else return;
    event.preventDefault();
  });

  table?.addEventListener("change", tell);
  table?.querySelector("[data-select-all]")?.addEventListener("change", (event) => {
    for (const row of rows) boxOf(row).checked = event.target.checked;
    tell();
  });
  table?.addEventListener("click", (event) => {
    if (event.target.closest("a, button, input, label")) return;
    const row = event.target.closest("tr[data-href]");
    if (row) go(rows.indexOf(row));
  });
  bulk?.addEventListener("submit", remember);

  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
    sessionStorage.removeItem(PLACE);
    if (kept && kept.tab === location.search && kept.at >= 0) go(kept.at);
  } catch { /* starts at the top */ }
  tell();

  // Live: counts change, rows that somebody else moved on are marked, and none ever moves.
  const queue = document.getElementById("queue");
  let since = queue?.dataset.since;
  const ask = async () => {
    if (!queue || document.hidden) return;
    const address = new URL(queue.dataset.live, location.href);
    address.searchParams.set("since", since);
    address.searchParams.set("ids", rows.map((row) => row.dataset.case).join(","));
    let told;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      told = await answer.json();
    } catch { return; }
    for (const [tab, count] of Object.entries(told.counts)) {
      const badge = queue.querySelector(`[data-count="${tab}"]`);
      if (badge) badge.textContent = count;
    }
    for (const change of told.rows) {
      const row = rows.find((each) => each.dataset.case === String(change.id));
      const state = row?.querySelector("[data-state]");
      if (!state) continue;
      state.textContent = change.state;
      row.classList.add("changed");
      row.classList.toggle("gone", change.gone);
    }
    const news = document.getElementById("news");
    const left = rows.filter((row) => row.classList.contains("gone")).length;
    const parts = [];
    if (told.opened) parts.push(`${told.opened} more in this tab`);
    if (left) parts.push(`${left} moved on by somebody else`);
    if (parts.length) {
      news.querySelector("[data-news]").textContent = `${parts.join(", ")}.`;
      news.hidden = false;
    }
  };
  if (queue) setInterval(ask, 3000);
})();
