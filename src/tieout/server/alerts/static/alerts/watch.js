// Draws the live chart, and renews the page's parts where they have changed, without a reload.
(() => {
  const root = document.getElementById("watch");
  const place = document.getElementById("watch-chart");
  if (!root || !place || !window.echarts) return;
  const EVERY = 1000;
  const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const tones = { pending: "#f59f00", info: "#0b6bcb", warning: "#f76707", critical: "#d63939", severe: "#9c1c1c" };
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  let view = JSON.parse(document.getElementById("watch-data").textContent);

  const isRate = (metric) => metric.endsWith("_rate");
  const options = () => {
    const text = getComputedStyle(document.body).color;
    const faint = isDark() ? "#3d4a5c" : "#dce1e7";
    const axis = { axisLine: { lineStyle: { color: faint } }, axisLabel: { color: text, hideOverlap: true }, splitLine: { lineStyle: { color: faint, opacity: .5 } } };
    const bands = (metric) => view.bands.filter((band) => band.metric === metric).map((band) => [
      { xAxis: band.from, itemStyle: { color: tones[band.severity], opacity: .16 } }, { xAxis: band.to },
    ]);
    const series = view.series.flatMap((line, at) => {
      const own = { type: "line", showSymbol: false, yAxisIndex: isRate(line.metric) ? 0 : 1, animation: false };
      return [
        { ...own, id: line.metric, name: line.metric, data: line.points.map((point) => [point[0], point[1]]), lineStyle: { width: 1.5 },
          markArea: { silent: true, data: bands(line.metric) } },
        { ...own, id: `${line.metric} limit`, name: line.metric, data: line.points.map((point) => [point[0], point[2]]), lineStyle: { type: "dashed", width: 1, opacity: .55 }, tooltip: { show: false }, z: 1 },
      ];
    });
    return {
      animation: false, textStyle: { color: text, fontFamily: "inherit" },
      legend: { top: 0, textStyle: { color: text }, icon: "roundRect", itemWidth: 14, itemHeight: 8 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      xAxis: { ...axis, type: "time", splitLine: { show: false } },
      yAxis: [
        { ...axis, type: "value", name: "share", max: (value) => (Number.isFinite(value.max) ? Math.min(1, value.max) : 1), nameTextStyle: { color: text }, axisLabel: { color: text, formatter: (value) => `${(100 * value).toFixed(value < .1 ? 1 : 0)} %` } },
        { ...axis, type: "value", name: "events, ms", nameTextStyle: { color: text }, splitLine: { show: false } },
      ],
      series,
    };
  };
  const metrics = () => view.series.map((line) => line.metric).join();
  let drawn = "";
  const draw = () => {
    // Lines that stay are moved; only other lines make another chart.
    chart.setOption(options(), drawn !== metrics());
    drawn = metrics();
    place.dataset.minute = view.minute || "";
    document.getElementById("watch-minute").textContent = (view.minute || "").replace("T", " ");
  };
  const busy = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");
  const renew = (parts) => {
    for (const [name, html] of Object.entries(parts)) {
      const part = document.getElementById(`part-${name}`);
      if (!part || part.dataset.html === html || busy(part)) continue;
      part.dataset.html = html;
      part.innerHTML = html;
    }
  };
  const step = async () => {
    try {
      const answer = await fetch(root.dataset.address, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const found = await answer.json();
        view = found.view;
        draw();
        renew(found.parts);
        root.dataset.stale = "";
      }
    } catch {
      root.dataset.stale = "yes";
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
