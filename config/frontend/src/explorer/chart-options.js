// What ECharts draws for the figures of a table.
import { figure, onAxis } from "./numbers.js";

const NARROW = 520; // pixels; below it labels are shorter and legends stand under the chart
const BAR = 34; // pixels a row of bars
const LINE = 18; // pixels a line of text
const LETTER = 7.5; // pixels, about
const MARGIN = 16;

const lying = (figures) => figures.chart === "bar" && !figures.ordered;
const stacked = (figures) => figures.addsUp && figures.series.length > 2 && figures.chart !== "line";

// Lying bars need a height for each; all else has the shape of a page.
export function wantedHeight(figures, width) {
  if (!lying(figures)) return Math.round(Math.min(460, Math.max(320, width * 0.55)));
  const bars = stacked(figures) ? 1 : Math.max(1, figures.series.length);
  const each = Math.max(BAR, bars * 16 + 12);
  return figures.categories.length * each + 64 + (figures.series.length > 1 ? 40 : 0);
}

export function options(figures, colour, { width }) {
  const narrow = width < NARROW;
  const several = figures.series.length > 1;
  const common = {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    color: colour.series,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour.ink, fontSize: 13 },
    aria: { enabled: true, label: { description: description(figures) }, decal: { show: several || figures.chart === "pie" } },
    tooltip: tooltip(figures, colour),
    legend: several ? legend(colour) : undefined,
  };
  if (figures.chart === "pie") return { ...common, ...pie(figures, colour, narrow) };
  if (figures.chart === "scatter") return { ...common, ...scatter(figures, colour) };
  return { ...common, ...grid(figures, colour, width, narrow, several) };
}

function description(figures) {
  const { title, categories, series, points } = figures;
  if (points.length) return `${title}. ${points.length}`;
  const first = categories.slice(0, 10).map((name, number) => `${name}: ${figure(series[0].values[number])}`);
  return `${title}. ${first.join("; ")}`;
}

function tooltip(figures, colour) {
  const plain = { confine: true, backgroundColor: colour.surface, borderColor: colour.lineMid, textStyle: { color: colour.ink } };
  // Text only, never HTML: names come from the table.
  if (figures.chart === "scatter") {
    const say = ({ value }) => `${figures.xLabel}: ${figure(value[0])}\n${figures.yLabel}: ${figure(value[1])}`;
    return { ...plain, trigger: "item", renderMode: "richText", formatter: say };
  }
  if (figures.chart === "pie") {
    const say = ({ name, value, percent }) => `${name}\n${figure(value)} (${figure(percent)} %)`;
    return { ...plain, trigger: "item", renderMode: "richText", formatter: say };
  }
  return {
    ...plain,
    trigger: "axis",
    renderMode: "richText",
    axisPointer: { type: figures.chart === "bar" ? "shadow" : "line" },
    valueFormatter: (value) => [figure(value), figures.unit].filter(Boolean).join(" "),
  };
}

const legend = (colour) => ({ type: "scroll", bottom: 0, left: "center", textStyle: { color: colour.ink, width: 180, overflow: "truncate" }, tooltip: { show: false } });

function grid(figures, colour, width, narrow, several) {
  const longest = Math.max(...figures.categories.map((name) => name.length));
  const room = Math.round(Math.min(280, width * (narrow ? 0.38 : 0.32), longest * LETTER + LETTER));
  const names = {
    type: "category",
    data: figures.categories,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour.lineMid } },
    axisLabel: lying(figures)
      ? { color: colour.ink, width: room, overflow: "break", lineHeight: LINE - 2, interval: 0 }
      : { color: colour.ink, hideOverlap: true },
    inverse: lying(figures),
  };
  const values = {
    type: "value",
    name: figures.yLabel,
    nameLocation: "end",
    nameTextStyle: { color: colour.muted, align: "left", overflow: "truncate", width: width - 2 * MARGIN },
    axisLabel: { color: colour.muted, formatter: onAxis, hideOverlap: true },
    splitLine: { lineStyle: { color: colour.line } },
    splitNumber: narrow ? 3 : 5,
  };
  if (lying(figures)) Object.assign(values, { nameLocation: "middle", nameGap: 30, nameTextStyle: { ...values.nameTextStyle, align: "center", width: width - room - 2 * MARGIN } });
  return {
    grid: { left: 8, right: lying(figures) && !several ? 72 : MARGIN, top: lying(figures) ? 8 : 36, bottom: (several ? 40 : 8) + (lying(figures) ? 24 : 0), containLabel: true },
    xAxis: lying(figures) ? values : names,
    yAxis: lying(figures) ? names : values,
    series: figures.series.map((each) => ({ name: each.name, data: each.values, ...look(figures, colour, several) })),
  };
}

function look(figures, colour, several) {
  if (figures.chart === "bar") {
    return {
      type: "bar",
      stack: stacked(figures) ? "all" : undefined,
      barMaxWidth: 36,
      barCategoryGap: "28%",
      itemStyle: { borderRadius: stacked(figures) ? 0 : lying(figures) ? [0, 3, 3, 0] : [3, 3, 0, 0] },
      label: several || !lying(figures) ? undefined : { show: true, position: "right", color: colour.ink, formatter: ({ value }) => onAxis(value) },
    };
  }
  return {
    type: "line",
    symbolSize: 6,
    showSymbol: figures.categories.length < 40,
    connectNulls: false,
    lineStyle: { width: 2.5 },
    areaStyle: figures.chart === "area" ? { opacity: stacked(figures) ? 0.55 : 0.25 } : undefined,
    stack: figures.chart === "area" && stacked(figures) ? "all" : undefined,
  };
}

function scatter(figures, colour) {
  const axis = (name) => ({
    type: "value",
    scale: true,
    name,
    nameTextStyle: { color: colour.muted },
    axisLabel: { color: colour.muted, formatter: onAxis, hideOverlap: true },
    splitLine: { lineStyle: { color: colour.line } },
  });
  return {
    grid: { left: 8, right: MARGIN, top: 36, bottom: 32, containLabel: true },
    xAxis: { ...axis(figures.xLabel), nameLocation: "middle", nameGap: 30 },
    yAxis: { ...axis(figures.yLabel), nameTextStyle: { color: colour.muted, align: "left" } },
    series: [{ type: "scatter", data: figures.points, symbolSize: 7, itemStyle: { opacity: 0.65 } }],
  };
}

function pie(figures, colour, narrow) {
  const data = figures.categories.map((name, number) => ({ name, value: figures.series[0].values[number] ?? 0 }));
  return {
    legend: narrow ? { type: "plain", bottom: 0, left: 0, textStyle: { color: colour.ink, width: 260, overflow: "truncate" }, tooltip: { show: false } } : undefined,
    series: [
      {
        type: "pie",
        radius: narrow ? ["30%", "52%"] : ["38%", "68%"],
        center: ["50%", narrow ? "32%" : "50%"],
        data,
        itemStyle: { borderColor: colour.page, borderWidth: 2 },
        label: {
          color: colour.ink,
          formatter: ({ name, percent }) => (narrow ? `${figure(percent)} %` : `${name}\n${figure(percent)} %`),
          width: 160,
          overflow: "break",
        },
      },
    ],
  };
}
