// Draws the live chart, and renews the page's parts where they have changed, without a reload.
(() => {
  const root = document.getElementById("watch");
  const place = document.getElementById("watch-chart");
  if (!root || !place || !window.echarts) return;
  const EVERY = 1000;
  const LANE = 112;
  const HEAD = 24;
  const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const tones = { pending: "#f59f00", info: "#0b6bcb", warning: "#f76707", critical: "#d63939", severe: "#9c1c1c" };
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  const badges = document.getElementById("part-badges");
  // What somebody chose goes before what the page would show.
  const chosen = new Map();
  let view = JSON.parse(document.getElementById("watch-data").textContent);

  const words = (metric) => metric.replace(/_rate$/, "").replace("volume_drop", "volume").replaceAll("_", " ");
  const lane = (metric) => (metric === "volume_surge" ? "volume_drop" : metric);
  const isRate = (metric) => metric.endsWith("_rate");
  const unit = (metric) => (isRate(metric) ? "share of events" : metric.startsWith("latency") ? "ms" : metric.startsWith("volume") ? "events a minute" : "mean");
  const shown = (line) => chosen.get(line.metric) ?? line.shown;
  const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  const said = (metric, value) => (value === null || value === undefined ? "–" : isRate(metric) ? `${(100 * value).toFixed(Math.abs(value) < .1 ? 1 : 0)} %` : number(value));

  // A limit of hours with few events is high above everything: the lane is cut where it says nothing more.
  const top = (line) => {
    const known = (place) => line.points.map((point) => point[place]).filter((value) => value !== null);
    const limits = known(2);
    const highest = Math.max(...known(1), ...known(3), 0);
    const wanted = Math.max(1.25 * highest, limits.length ? 1.5 * Math.min(...limits) : 0);
    if (!isRate(line.metric)) return undefined;
    const steps = [.01, .02, .05, .1, .2, .3, .4, .5, .6, .8];
    return steps.find((step) => step >= wanted) ?? 1;
  };
  const laneParts = (line, at, tone) => {
    const bands = view.bands.filter((band) => lane(band.metric) === line.metric).map((band) => [
      { xAxis: band.from, itemStyle: { color: tones[band.severity], opacity: .28 } }, { xAxis: band.to },
    ]);
    const own = { type: "line", showSymbol: false, xAxisIndex: at, yAxisIndex: at, animation: false, silent: true };
    const column = (place) => line.points.map((point) => [point[0], point[place]]);
    const low = line.points.map((point) => [point[0], point[2] === null ? null : Math.min(point[2], point[3])]);
    const width = line.points.map((point) => [point[0], point[2] === null ? null : Math.abs(point[2] - point[3])]);
    return [
      { ...own, id: `${line.metric} low`, stack: `${line.metric} band`, data: low, lineStyle: { opacity: 0 }, tooltip: { show: false } },
      { ...own, id: `${line.metric} band`, stack: `${line.metric} band`, data: width, lineStyle: { opacity: 0 }, areaStyle: { color: tone.line, opacity: .1 }, tooltip: { show: false } },
      { ...own, id: `${line.metric} usual`, name: "usual", data: column(3), lineStyle: { type: "dotted", width: 1, color: tone.text, opacity: .7 } },
      { ...own, id: `${line.metric} limit`, name: "limit", data: column(2), lineStyle: { type: "dashed", width: 1, color: tone.limit } },
      { ...own, id: line.metric, name: words(line.metric), data: column(1), lineStyle: { width: 2, color: tone.line }, itemStyle: { color: tone.line }, markArea: { silent: true, data: bands } },
    ];
  };
  const options = (lines) => {
    const text = getComputedStyle(document.body).color;
    const faint = isDark() ? "#3d4a5c" : "#dce1e7";
    const tone = { text, line: isDark() ? "#6cb2f7" : "#0b6bcb", limit: isDark() ? "#ff9d8f" : "#b3261e" };
    const moments = view.series.flatMap((line) => (line.points.length ? [line.points[0][0], line.points.at(-1)[0]] : []));
    const ends = moments.length ? { min: moments.reduce((a, b) => (a < b ? a : b)), max: moments.reduce((a, b) => (a > b ? a : b)) } : {};
    const x = (_, at) => ({ ...ends, type: "time", gridIndex: at, axisLine: { lineStyle: { color: faint } }, axisTick: { show: at === lines.length - 1 },
      axisLabel: { show: at === lines.length - 1, color: text, hideOverlap: true }, splitLine: { show: false } });
    const y = (line, at) => ({ type: "value", gridIndex: at, splitNumber: 2, max: top(line), scale: !isRate(line.metric) && !line.metric.startsWith("volume"),
      axisLabel: { color: text, hideOverlap: true, formatter: (value) => said(line.metric, value) }, splitLine: { lineStyle: { color: faint, opacity: .5 } } });
    return {
      animation: false, textStyle: { color: text, fontFamily: "inherit" },
      title: lines.map((line, at) => ({ text: `${words(line.metric)}  {unit|${unit(line.metric)}}`, left: 0, top: at * LANE, padding: [4, 0],
        textStyle: { color: text, fontSize: 13, fontWeight: 600, lineHeight: 16, rich: { unit: { color: text, fontSize: 11, fontWeight: 400, lineHeight: 16 } } } })),
      tooltip: { trigger: "axis", renderMode: "richText", confine: true,
        formatter: (points) => [points[0].axisValueLabel, ...points.filter((point) => point.seriesName && !/ (low|band)$/.test(point.seriesId)).map((point) => `${point.seriesName}: ${said(point.seriesId.split(" ")[0], point.value[1])}`)].join("\n") },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      grid: lines.map((_, at) => ({ left: 56, right: 12, top: at * LANE + HEAD, height: LANE - HEAD - 14 })),
      xAxis: lines.map(x), yAxis: lines.map(y),
      series: lines.flatMap((line, at) => laneParts(line, at, tone)),
    };
  };
  const press = () => {
    const now = new Set(view.series.filter(shown).map((line) => line.metric));
    for (const badge of badges.querySelectorAll("[data-metric]")) {
      badge.setAttribute("aria-pressed", String(now.has(lane(badge.dataset.metric))));
    }
  };
  let drawn = "";
  const draw = () => {
    const lines = view.series.filter(shown);
    const names = lines.map((line) => line.metric).join();
    place.style.height = `${Math.max(lines.length, 1) * LANE + 14}px`;
    chart.resize();
    // Lines that stay are moved; only other lines make another chart.
    chart.setOption(options(lines), drawn !== names);
    drawn = names;
    press();
    place.dataset.lines = names;
    place.dataset.minute = view.minute || "";
    document.getElementById("watch-minute").textContent = (view.minute || "").replace("T", " ");
    document.getElementById("watch-width").textContent = view.width === 1 ? "minute" : `${view.width} minutes`;
  };
  badges.addEventListener("click", (event) => {
    const badge = event.target.closest("[data-metric]");
    const line = badge && view.series.find((each) => each.metric === lane(badge.dataset.metric));
    if (!line) return;
    chosen.set(line.metric, !shown(line));
    draw();
  });
  const busy = (part) => part !== badges && (part.contains(document.activeElement) || part.querySelector("details[open]"));
  const renew = (parts) => {
    for (const [name, html] of Object.entries(parts)) {
      const part = document.getElementById(`part-${name}`);
      if (!part || part.dataset.html === html || busy(part)) continue;
      const held = part.contains(document.activeElement) ? document.activeElement.dataset.metric : "";
      part.dataset.html = html;
      part.innerHTML = html;
      if (held) part.querySelector(`[data-metric="${held}"]`)?.focus();
    }
    press();
  };
  const stale = (is) => {
    root.dataset.stale = is ? "yes" : "";
    document.getElementById("watch-stale").hidden = !is;
  };
  const step = async () => {
    try {
      const answer = await fetch(root.dataset.address, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const found = await answer.json();
        view = found.view;
        draw();
        renew(found.parts);
      }
      stale(!answer.ok);
    } catch {
      stale(true);
    }
  };
  // The socket says when there is something new; where there is none, the page asks by itself.
  let asking = 0;
  const ask = async () => {
    await step();
    asking = window.setTimeout(ask, document.hidden ? 10 * EVERY : EVERY);
  };
  const listen = () => {
    const address = new URL(root.dataset.socket, window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    let waiting = false;
    socket.onopen = () => { window.clearTimeout(asking); root.dataset.live = "socket"; };
    socket.onmessage = () => {
      if (waiting) return;
      waiting = true;
      window.setTimeout(async () => { waiting = false; await step(); }, EVERY / 5);
    };
    socket.onclose = () => {
      root.dataset.live = "asking";
      window.clearTimeout(asking);
      ask();
      window.setTimeout(listen, 30 * EVERY);
    };
  };
  document.addEventListener("tieout:theme", draw);
  window.addEventListener("resize", () => chart.resize());
  draw();
  listen();
})();
