// Areas coloured by a figure each, with a legend and the figure of the area that is pointed at.
import { Popup } from "maplibre-gl";

import { colours } from "./colours.js";
import { figure } from "./numbers.js";

const LAYER = "areas";

// Returns what draws the areas and the legend in the colours of the page, when those change.
export function addAreas(map, box, section, words, outline, { values, limits, label }, source) {
  const data = { ...outline, features: outline.features.map((feature) => withFigure(feature, values)) };
  map.getSource(source).setData(data);
  map.addLayer({ id: LAYER, type: "fill", source });
  const popup = new Popup({ closeButton: false, closeOnClick: false });
  map.on("mousemove", LAYER, ({ features, lngLat }) => popup.setLngLat(lngLat).setText(said(features[0].properties, label, words)).addTo(map));
  map.on("click", LAYER, ({ features, lngLat }) => popup.setLngLat(lngLat).setText(said(features[0].properties, label, words)).addTo(map));
  map.on("mouseleave", LAYER, () => popup.remove());
  const marks = legend(section, limits, label);
  const paint = () => {
    const colour = colours(box);
    const shades = steps(colour, limits.length + 1);
    const step = limits.length ? ["step", ["get", "figure"], shades[0], ...limits.flatMap((limit, number) => [limit, shades[number + 1]])] : shades[0];
    map.setPaintProperty(LAYER, "fill-color", ["case", ["has", "figure"], step, colour.surface]);
    marks.forEach((mark, number) => (mark.style.background = shades[number]));
  };
  paint();
  return paint;
}

function withFigure(feature, values) {
  const { code, name, fullName } = feature.properties ?? {};
  const own = String(feature.id ?? code ?? "");
  const known = Object.hasOwn(values, own);
  return { ...feature, properties: { name: fullName ?? name ?? own, ...(known ? { figure: values[own] } : {}) } };
}

const said = (area, label, words) => `${area.name}: ${area.figure === undefined ? words.noValue : figure(area.figure)} (${label})`;

// From a tint to the full colour, in the mode of the page
function steps(colour, count) {
  const full = colour.series[0].match(/[\d.]+/g).map(Number);
  const base = colour.page.match(/[\d.]+/g).map(Number);
  const mix = (share) => `rgb(${[0, 1, 2].map((part) => Math.round(base[part] + (full[part] - base[part]) * share)).join(",")})`;
  return Array.from({ length: count }, (_, number) => mix(count === 1 ? 0.7 : 0.15 + (0.85 * number) / (count - 1)));
}

// A mark for each class, from the lowest on
function legend(section, limits, label) {
  const list = document.createElement("ul");
  list.className = "hue-ex-legend";
  list.setAttribute("aria-label", label);
  const marks = [undefined, ...limits].map((low, number) => {
    const item = document.createElement("li");
    const mark = document.createElement("span");
    const high = limits[number];
    const text = low === undefined ? (high === undefined ? label : `< ${figure(high)}`) : high === undefined ? `≥ ${figure(low)}` : `${figure(low)} – ${figure(high)}`;
    item.append(mark, text);
    list.append(item);
    return mark;
  });
  section.querySelector("[data-map]").after(list);
  return marks;
}
