// Draws every [data-chart] from the JSON beside it. The numbers also stand in a table, so that a reader
// without this script, or without eyes for it, has them all.
//
// The JSON: {kind: "bar"|"stacked"|"line"|"funnel"|"pie", title, unit: "fen"|"", unit_label, categories: [],
// series: [{name, values: []}], links: [url per category], share_of: [place of a stage or null, per stage]}.
const BLUES = ["#1a5fb4", "#c8791a", "#1f8a4c", "#7a55b8", "#c01c28", "#2a8a9c", "#8a6d3b", "#5f6d7c"];
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const lang = document.documentElement.lang;
// So many names are all written.
const FEW = 8;
let library = null;

function load(src) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const numbers = (unit, short) => {
  const format = new Intl.NumberFormat(lang, short ? { notation: "compact", maximumFractionDigits: 1 } : { minimumFractionDigits: unit === "fen" ? 2 : 0 });
  return (value) => (value == null ? "" : format.format(unit === "fen" ? value / 100 : value));
};

// How wide a text is as a label, in pixels.
const pen = document.createElement("canvas").getContext("2d");
function widthOf(text) {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

// Bars lie down where their names do not fit side by side; many short ones (months) stand and are thinned out.
function liesDown(spec, width) {
  if (spec.horizontal || spec.kind === "funnel") return true;
  const longest = Math.max(...spec.categories.map(widthOf));
  return spec.kind !== "line" && spec.categories.length <= FEW && (longest + 8) * spec.categories.length > width - 60;
}

// How high the legend becomes when its entries break into lines.
function legendHeight(spec, width) {
  if (spec.series.length < 2) return 12;
  let rows = 1;
  let used = 0;
  for (const row of spec.series) {
    const entry = widthOf(row.name) + 40;
    if (used && used + entry > width) {
      rows += 1;
      used = 0;
    }
    used += entry;
  }
  return 14 + 22 * rows;
}

function axes(spec, width) {
  const lying = liesDown(spec, width);
  const few = spec.categories.length <= FEW;
  const names = { type: "category", data: spec.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: "#b4c0cd" } }, axisLabel: few ? { color: "#465464", interval: 0 } : { color: "#465464", hideOverlap: true } };
  const values = { type: "value", splitNumber: lying && width < 480 ? 2 : 5, axisLabel: { color: "#465464", hideOverlap: true, formatter: numbers(spec.unit, true) }, splitLine: { lineStyle: { color: "#dbe2ea" } } };
  const funnel = spec.kind === "funnel";
  const whole = { hideOverlap: false, interval: 0, width: Math.round(width * 0.4), overflow: "break" };
  return {
    xAxis: lying ? { ...values, show: !funnel } : names,
    yAxis: lying ? { ...names, inverse: true, axisLabel: { ...names.axisLabel, ...whole } } : values,
    grid: { left: 8, right: funnel ? 110 : 16, top: legendHeight(spec, width), bottom: 8, containLabel: true },
  };
}

// A funnel of stages: how many are left, and which share of an earlier stage came through.
function stageLabel(spec) {
  const values = spec.series[0].values;
  return ({ dataIndex }) => {
    const before = values[spec.share_of[dataIndex] ?? -1];
    const share = before ? `  ${Math.round((100 * values[dataIndex]) / before)}%` : "";
    return numbers(spec.unit)(values[dataIndex]) + share;
  };
}

function series(spec) {
  if (spec.kind === "pie") {
    const data = spec.categories.map((name, index) => ({ name, value: spec.series[0].values[index] }));
    return [{ name: spec.series[0].name, data, type: "pie", radius: ["45%", "72%"], label: { color: "#1c2733" } }];
  }
  return spec.series.map((row) => ({
    name: row.name,
    data: row.values,
    type: spec.kind === "line" ? "line" : "bar",
    stack: spec.kind === "stacked" ? "all" : undefined,
    barMaxWidth: 28,
    symbolSize: 7,
    label: spec.kind === "funnel" ? { show: true, position: "right", color: "#1c2733", formatter: stageLabel(spec) } : undefined,
  }));
}

function options(spec, width) {
  const whole = spec.kind === "pie";
  const decal = spec.series.length > 1 || whole;
  return {
    color: BLUES,
    animation: !still,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: true, label: { description: spec.title }, decal: { show: decal } },
    tooltip: { renderMode: "richText", trigger: whole ? "item" : "axis", confine: true, valueFormatter: (value) => `${numbers(spec.unit)(value)} ${spec.unit_label}`.trim() },
    legend: spec.series.length > 1 ? { top: 0, left: 0, itemHeight: 10, textStyle: { color: "#465464" } } : undefined,
    ...(whole ? {} : axes(spec, width)),
    series: series(spec),
  };
}

async function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const echarts = await load(place.dataset.library);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  let width = place.clientWidth;
  chart.setOption(options(spec, width));
  if (spec.links?.length) {
    chart.on("click", (event) => {
      const link = spec.links[event.dataIndex];
      if (link) window.location.assign(link);
    });
  }
  const watcher = new ResizeObserver(() => {
    if (place.isConnected) {
      chart.resize();
      if (place.clientWidth !== width) {
        width = place.clientWidth;
        chart.setOption(options(spec, width), true);
      }
    } else {
      watcher.disconnect();
      chart.dispose();
    }
  });
  watcher.observe(place);
}

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
document.addEventListener("htmx:load", drawAll);
drawAll();
