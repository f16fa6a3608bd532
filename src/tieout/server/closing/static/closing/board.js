// What a delay does, by dragging a bar or typing days; the server plans, the page shows.
(() => {
  const chart = document.querySelector(".gantt");
  const form = document.getElementById("delays");
  if (!chart || !form) return;
  const scale = Number(chart.dataset.scale);
  const begin = Number(chart.dataset.begin);
  const label = Number(chart.dataset.label);
  const said = document.getElementById("impact");
  const first = said.textContent;
  let waiting = 0;

  const show = (answer) => {
    for (const bar of answer.bars) {
      const group = chart.querySelector(`[data-task="${CSS.escape(bar.id)}"]`);
      const rect = group.querySelector("rect");
      rect.setAttribute("x", label + (bar.start - begin) * scale);
      rect.setAttribute("width", Math.max(4, (bar.finish - bar.start) * scale));
      rect.classList.toggle("critical", bar.is_critical);
      rect.classList.toggle("moved", answer.tasks.some((task) => task.id === bar.id));
    }
    document.getElementById("close-date").textContent = answer.close_date;
    const name = (code) => document.querySelector(`[data-task="${CSS.escape(code)}"] title`)?.textContent ?? code;
    document.getElementById("critical-path").textContent = answer.critical_path.map(name).join(" → ");
    said.textContent = answer.tasks.length
      ? `Close moves from ${answer.close_date_before} to ${answer.close_date}; ` +
        `${answer.downstream.length} tasks downstream, ${answer.tasks.length} move.`
      : first;
  };

  const ask = async () => {
    const turn = ++waiting;
    const fields = new URLSearchParams(new FormData(form));
    const response = await fetch(`${chart.dataset.whatIf}?${fields}`, { headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (turn !== waiting) return;
    if (response.ok) show(answer);
    else said.textContent = answer.error;
  };

  form.addEventListener("input", ask);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });

  let held = null;
  chart.addEventListener("pointerdown", (event) => {
    const group = event.target.closest("rect")?.closest("[data-task]");
    const field = group && form.elements.namedItem(group.dataset.task);
    if (!field) return;
    held = { field, from: event.clientX, days: Number(field.value || 0), ratio: chart.viewBox.baseVal.width / chart.getBoundingClientRect().width };
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    if (!held) return;
    const days = held.days + ((event.clientX - held.from) * held.ratio) / scale;
    const value = String(Math.round(days * 4) / 4);
    if (held.field.value !== value) { held.field.value = value; ask(); }
  });
  for (const end of ["pointerup", "pointercancel"]) chart.addEventListener(end, () => { held = null; });
})();
