// Draws the curves of a page. The same numbers stand in the table below each: without this script nothing is lost.
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const area = (name, field, points, fill) => ({
    name, type: "line", stack: "machines", symbol: "none", lineStyle: { width: 0 },
    areaStyle: { color: fill, opacity: 0.85 }, itemStyle: { color: fill }, data: points.map((point) => [point.day, point[field]]),
  });
  const draw = (place) => {
    const { points, words } = JSON.parse(place.dataset.curve);
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption({
      animation: false,
      aria: { enabled: false },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--t-soft") },
      grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: colour("--t-soft") } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "time", minInterval: 86400000, axisLabel: { formatter: "{dd}/{MM}", hideOverlap: true }, axisLine: { lineStyle: { color: colour("--t-line") } } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--t-line") } } },
      series: [
        area(words.passed, "passed", points, colour("--o-pass")),
        area(words.open, "open", points, colour("--o-unknown")),
        area(words.failed, "failed", points, colour("--o-fail")),
      ],
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  };
  const all = (act) => document.querySelectorAll(".curve").forEach(act);
  all(draw);
  document.addEventListener("htmx:beforeSwap", () => all((place) => echarts.getInstanceByDom(place)?.dispose()));
  document.addEventListener("htmx:afterSwap", () => all((place) => echarts.getInstanceByDom(place) || draw(place)));
})();
