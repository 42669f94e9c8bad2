// A chart as a file: with its title and its source, so that it can stand alone.
import { init, use } from "echarts/core";
import { install as CanvasRenderer } from "echarts/lib/renderer/installCanvasRenderer.js";

import { options, wantedHeight } from "./chart-options.js";

const WIDTH = 960;
const HEAD = 56;
const FOOT = 36;

use([CanvasRenderer]);

export function save(kind, figures, colour, source) {
  const size = { width: WIDTH, height: wantedHeight(figures, WIDTH) + HEAD + FOOT };
  const vector = kind === "svg";
  // A canvas needs a place to be, be it one that nobody sees; SVG is written as text.
  const place = vector ? null : document.createElement("div");
  const chart = init(place, null, { ...size, renderer: vector ? "svg" : "canvas", ssr: vector, devicePixelRatio: 2 });
  chart.setOption(standalone(figures, colour, source));
  const address = vector
    ? URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: "image/svg+xml" }))
    : chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour.page });
  chart.dispose();
  const link = Object.assign(document.createElement("a"), { href: address, download: `${fileName(figures.title)}.${kind}` });
  link.click();
  if (vector) setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function standalone(figures, colour, source) {
  const option = options(figures, colour, { width: WIDTH });
  const text = (fontSize, color) => ({ fontSize, color, fontWeight: "normal", width: WIDTH - 32, overflow: "truncate" });
  const lifted = option.legend && { ...option.legend, bottom: FOOT };
  return {
    ...option,
    animation: false,
    backgroundColor: colour.page,
    legend: lifted,
    grid: option.grid && { ...option.grid, top: option.grid.top + HEAD, bottom: option.grid.bottom + FOOT, left: 16, right: Math.max(option.grid.right, 24) },
    title: [
      { text: figures.title, left: 16, top: 14, textStyle: { ...text(18, colour.ink), fontWeight: 600 } },
      { text: source, left: 16, bottom: 8, textStyle: text(12, colour.muted) },
    ],
  };
}

// Letters of every script stay; what file systems refuse does not.
const fileName = (title) => title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim().slice(0, 100) || "bieu-do";
