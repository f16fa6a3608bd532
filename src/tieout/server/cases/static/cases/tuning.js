// The slider over the sweep of a detection: what each threshold flags, finds and costs.
(() => {
  const source = document.getElementById("sweep");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const slider = document.getElementById("threshold");
  const place = document.getElementById("curve");
  const channel = () => document.querySelector('input[name="channel"]:checked').value;
  const points = () => data.channels[channel()] || [];
  const cost = (point) => (data.labelled ? Number(document.getElementById("cost-fp").value) * point.false_positives + Number(document.getElementById("cost-fn").value) * point.false_negatives : null);
  const percent = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);
  const count = (value) => (value === null || value === undefined ? "–" : Number(value).toLocaleString("en", { maximumFractionDigits: 2 }));
  const say = (id, text) => { const where = document.getElementById(id); if (where) where.textContent = text; };

  const tell = () => {
    const all = points();
    if (!all.length) return;
    const point = all[Math.min(all.length - 1, Number(slider.value))];
    document.getElementById("at").textContent = point.threshold === null ? "none" : Number(point.threshold).toFixed(4);
    slider.setAttribute("aria-valuetext", document.getElementById("at").textContent);
    say("flagged", count(point.flagged));
    say("workload", percent(point.workload));
    say("precision", percent(point.precision));
    say("recall", percent(point.recall));
    say("false-alarms", count(point.false_positives));
    say("cost", count(cost(point)));
    curve(point);
  };

  const curve = (point) => {
    if (!window.echarts) return;
    const { text, faint, series: palette } = window.tieoutCharts.colours();
    const chart = window.echarts.getInstanceByDom(place) || window.echarts.init(place);
    const line = (name, axis, of) => ({ name, type: "line", yAxisIndex: axis, showSymbol: false, data: points().filter((p) => of(p) !== null).map((p) => [100 * p.workload, of(p)]) });
    const series = data.labelled
      ? [line("recall %", 0, (p) => (p.recall === null ? null : 100 * p.recall)), line("precision %", 0, (p) => (p.precision === null ? null : 100 * p.precision)), line("cost", 1, cost)]
      : [line("flagged", 1, (p) => p.flagged)];
    series[0].markLine = { symbol: "none", silent: true, label: { show: false }, data: [{ xAxis: 100 * point.workload }] };
    chart.setOption({
      animation: false, color: palette, textStyle: { color: text, fontFamily: "inherit" }, legend: { top: 0, textStyle: { color: text } },
      grid: { left: 8, right: 16, top: 36, bottom: 28, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "value", name: "workload, % of rows", nameLocation: "middle", nameGap: 28, min: 0, axisLabel: { color: text }, nameTextStyle: { color: text }, splitLine: { show: false } },
      yAxis: [{ type: "value", max: 100, show: data.labelled, axisLabel: { color: text }, splitLine: { lineStyle: { color: faint } } }, { type: "value", axisLabel: { color: text }, position: data.labelled ? "right" : "left", splitLine: { show: !data.labelled, lineStyle: { color: faint } } }],
      series,
    }, true);
    place.dataset.drawn = "yes";
  };

  const reach = (to) => { slider.value = String(to); tell(); };
  const asRun = () => {
    if (data.cut === null) return;
    const all = points();
    let at = all.length - 1;
    for (let i = 0; i < all.length; i += 1) if (all[i].threshold !== null && all[i].threshold <= data.cut) { at = i; break; }
    reach(at);
  };
  const change = () => {
    slider.max = String(Math.max(0, points().length - 1));
    slider.disabled = points().length < 2;
    if (data.cut === null) tell(); else asRun();
  };
  slider.addEventListener("input", tell);
  for (const radio of document.querySelectorAll('input[name="channel"]')) radio.addEventListener("change", change);
  for (const id of ["cost-fp", "cost-fn"]) document.getElementById(id).addEventListener("input", tell);
  document.getElementById("as-run")?.addEventListener("click", asRun);
  document.getElementById("cheapest")?.addEventListener("click", () => {
    const all = points();
    let at = 0;
    for (let i = 1; i < all.length; i += 1) if (cost(all[i]) < cost(all[at])) at = i;
    reach(at);
  });
  document.addEventListener("tieout:theme", tell);
  window.addEventListener("resize", () => window.echarts?.getInstanceByDom(place)?.resize());
  change();
})();
