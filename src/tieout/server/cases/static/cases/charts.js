// Draws what a page says in JSON, in the colours of the theme.
(() => {
  const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const colours = () => ({
    text: getComputedStyle(document.body).color, faint: isDark() ? "#3d4a5c" : "#dce1e7", surface: isDark() ? "#1f2937" : "#ffffff",
    series: [isDark() ? "#4ba3ff" : "#0b6bcb", "#f59f00", "#12a150", "#d63939", "#7c4dff", "#0ca5b0"],
  });
  const number = (value) => (value === null || value === undefined ? "–" : Number(value).toLocaleString("en", { maximumFractionDigits: 4 }));

  const base = (c) => ({
    animation: false, color: c.series, textStyle: { color: c.text, fontFamily: "inherit" },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: c.text }, icon: "roundRect", itemWidth: 14, itemHeight: 8 },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: c.surface, borderColor: c.faint, textStyle: { color: c.text }, valueFormatter: number },
  });
  const axis = (c, more) => ({ axisLine: { lineStyle: { color: c.faint } }, axisLabel: { color: c.text, hideOverlap: true }, splitLine: { lineStyle: { color: c.faint, opacity: .5 } }, nameTextStyle: { color: c.text }, ...more });

  const history = (data, c) => ({
    ...base(c), xAxis: axis(c, { type: "time", splitLine: { show: false } }), yAxis: axis(c, { type: "value", scale: true, name: data.what }),
    series: [
      { name: "peers", type: "scatter", symbolSize: 6, data: data.points, itemStyle: { opacity: .55 },
        markArea: data.low === null ? undefined : { silent: true, itemStyle: { color: c.series[0], opacity: .1 }, data: [[{ yAxis: data.low }, { yAxis: data.high }]] },
        markLine: data.middle === null ? undefined : { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.series[0], type: "dashed" }, data: [{ yAxis: data.middle }] } },
      { name: "this case", type: "scatter", symbol: "diamond", symbolSize: 18, data: data.this, itemStyle: { color: c.series[3] }, z: 5 },
    ],
  });
  const lines = (data, c) => ({
    ...base(c), xAxis: axis(c, { type: data.numeric ? "value" : "category", data: data.numeric ? undefined : data.x, name: data.xName, nameLocation: "middle", nameGap: 28, splitLine: { show: false }, scale: true }),
    grid: { left: 8, right: 24, top: 36, bottom: data.xName ? 28 : 8, containLabel: true },
    yAxis: (data.axes || [{}]).map((each, at) => axis(c, { type: "value", name: each.name, min: each.min, max: each.max, position: at ? "right" : "left", splitLine: { show: at === 0, lineStyle: { color: c.faint, opacity: .5 } } })),
    series: data.series.map((each) => ({
      name: each.name, type: each.type || "line", stack: each.stack, yAxisIndex: each.axis || 0, data: each.data, showSymbol: data.x ? data.x.length < 40 : false, barMaxWidth: 36, step: each.step, lineStyle: each.dashed ? { type: "dashed" } : undefined,
    })),
  });
  const bars = (data, c) => ({
    ...base(c), legend: { show: data.series.length > 1, top: 0, textStyle: { color: c.text } }, grid: { left: 8, right: 24, top: data.series.length > 1 ? 36 : 8, bottom: 8, containLabel: true },
    xAxis: axis(c, { type: "value" }), yAxis: axis(c, { type: "category", data: data.x, inverse: true, splitLine: { show: false } }),
    series: data.series.map((each) => ({ name: each.name, type: "bar", stack: each.stack, data: each.data, barMaxWidth: 18, itemStyle: { borderRadius: 2 } })),
  });
  const kinds = { history, lines, bars };

  const drawn = new Map();
  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.echarts) return;
    const data = JSON.parse(source.textContent);
    const chart = drawn.get(place) || window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(kinds[data.kind](data, colours()), true);
    drawn.set(place, chart);
    place.dataset.drawn = "yes";
  };
  const drawAll = (root) => { for (const place of root.querySelectorAll("[data-chart]")) draw(place); };
  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:after:swap", () => drawAll(document));
  document.addEventListener("htmx:after:settle", () => drawAll(document));
  document.addEventListener("tieout:theme", () => { for (const place of drawn.keys()) draw(place); });
  window.addEventListener("resize", () => { for (const chart of drawn.values()) chart.resize(); });
  window.tieoutCharts = { colours };
})();
