// Areas coloured by a figure each, with a legend and the figure of the area that is pointed at.
import { Popup } from "maplibre-gl";

import { colours } from "./colours.js";
import { figure } from "./numbers.js";

export function addAreas(map, box, section, words, outline, { values, limits, label }, source) {
  const colour = colours(box);
  const shades = steps(colour, limits.length + 1);
  const data = { ...outline, features: outline.features.map((feature) => withFigure(feature, values)) };
  map.getSource(source).setData(data);
  const step = limits.length ? ["step", ["get", "figure"], shades[0], ...limits.flatMap((limit, number) => [limit, shades[number + 1]])] : shades[0];
  map.addLayer({ id: "land", type: "fill", source, paint: { "fill-color": ["case", ["has", "figure"], step, colour.surface] } });
  const popup = new Popup({ closeButton: false, closeOnClick: false });
  map.on("mousemove", "land", ({ features, lngLat }) => popup.setLngLat(lngLat).setText(said(features[0].properties, label, words)).addTo(map));
  map.on("click", "land", ({ features, lngLat }) => popup.setLngLat(lngLat).setText(said(features[0].properties, label, words)).addTo(map));
  map.on("mouseleave", "land", () => popup.remove());
  legend(section, shades, limits, label);
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

function legend(section, shades, limits, label) {
  const list = document.createElement("ul");
  list.className = "hue-ex-legend";
  list.setAttribute("aria-label", label);
  shades.forEach((shade, number) => {
    const item = document.createElement("li");
    const mark = document.createElement("span");
    mark.style.background = shade;
    const low = limits[number - 1];
    const high = limits[number];
    const text = low === undefined ? (high === undefined ? label : `< ${figure(high)}`) : high === undefined ? `≥ ${figure(low)}` : `${figure(low)} – ${figure(high)}`;
    item.append(mark, text);
    list.append(item);
  });
  section.querySelector("[data-map]").after(list);
}
