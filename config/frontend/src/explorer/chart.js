// Draws the figures that the server computed, with ECharts as SVG.
import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { install as SVGRenderer } from "echarts/lib/renderer/installSVGRenderer.js";

import { options, wantedHeight } from "./chart-options.js";
import { colours, whenModeChanges } from "./colours.js";

use([BarChart, LineChart, PieChart, ScatterChart, AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, SVGRenderer]);

export function start(box, section) {
  const figures = JSON.parse(section.querySelector("[data-figures]").textContent);
  const size = () => ({ width: box.clientWidth, height: wantedHeight(figures, box.clientWidth) });
  box.style.minHeight = 0;
  box.style.height = `${size().height}px`;
  const chart = init(box, null, { renderer: "svg" });
  const draw = () => chart.setOption(options(figures, colours(box), size()), true);
  draw();
  const resized = new ResizeObserver(() => {
    const wanted = size();
    box.style.height = `${wanted.height}px`;
    chart.resize(wanted);
    draw();
  });
  resized.observe(box.parentElement);
  const ended = whenModeChanges(draw);
  offerFiles(box, section, figures);
  return () => {
    resized.disconnect();
    ended();
    chart.dispose();
  };
}

function offerFiles(box, section, figures) {
  const row = section.querySelector("[data-files]");
  row.hidden = false;
  row.addEventListener("click", async (event) => {
    const kind = event.target.closest("[data-file]")?.dataset.file;
    if (!kind) return;
    const { save } = await import("./chart-files.js");
    save(kind, figures, colours(box), box.dataset.source);
  });
}
