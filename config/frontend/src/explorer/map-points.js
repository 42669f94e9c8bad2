// Points: near ones gathered into buttons with their number, single ones as dots with a popup.
import { Marker, Popup } from "maplibre-gl";

import { colours } from "./colours.js";
import { boundsOf } from "./geojson.js";
import { figure } from "./numbers.js";

const SOURCE = "rows";
const LISTED = 30; // points in view that the list names
const CLUSTERED_TO = 14; // zoom

export function addPoints(map, box, section, words, found) {
  const colour = colours(box);
  const note = section.querySelector("[data-map-note]");
  note.textContent = found.note ?? "";
  const points = found.features.every((feature) => feature.geometry.type === "Point");
  map.addSource(SOURCE, { type: "geojson", data: found, cluster: points, clusterRadius: 46, clusterMaxZoom: CLUSTERED_TO });
  if (!points) addShapes(map, colour);
  map.addLayer({
    id: "points",
    type: "circle",
    source: SOURCE,
    filter: ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "point_count"]]],
    paint: { "circle-color": colour.series[0], "circle-radius": 7, "circle-stroke-width": 2, "circle-stroke-color": colour.surface },
  });
  if (!found.features.length) return;
  const bounds = boundsOf(found);
  map.fitBounds(bounds, { padding: 48, maxZoom: 14, animate: false });
  const open = popups(map, box);
  const layers = points ? ["points"] : ["points", "shapes", "shape-lines"];
  for (const layer of layers) {
    map.on("click", layer, ({ features, lngLat }) => open(features[0].id, place(features[0]) ?? lngLat));
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  if (points) clusters(map, words);
  list(map, section, found, words, open);
}

function addShapes(map, colour) {
  const polygons = ["match", ["geometry-type"], ["Polygon", "MultiPolygon"], true, false];
  map.addLayer({ id: "shapes", type: "fill", source: SOURCE, filter: polygons, paint: { "fill-color": colour.series[0], "fill-opacity": 0.35 } });
  map.addLayer({ id: "shape-lines", type: "line", source: SOURCE, paint: { "line-color": colour.series[0], "line-width": 2 } });
}

const place = (feature) => (feature.geometry.type === "Point" ? feature.geometry.coordinates : null);

// The server writes and escapes what a popup says.
function popups(map, box) {
  const popup = new Popup({ maxWidth: "20rem", focusAfterOpen: true });
  return async (id, at) => {
    const answer = await fetch(box.dataset.row.replace(/0$/, id));
    if (answer.ok) popup.setLngLat(at).setHTML(await answer.text()).addTo(map);
  };
}

// Clusters as buttons: they need no glyphs, and can be reached by the keyboard.
function clusters(map, words) {
  let shown = new Map();
  const update = () => {
    const next = new Map();
    for (const feature of map.querySourceFeatures(SOURCE)) {
      const { cluster_id: id, point_count: count } = feature.properties;
      if (!id || next.has(id)) continue;
      next.set(id, shown.get(id) ?? cluster(map, id, count, feature.geometry.coordinates, words));
    }
    for (const [id, marker] of shown) if (!next.has(id)) marker.remove();
    shown = next;
  };
  map.on("moveend", update);
  map.on("sourcedata", ({ sourceId, isSourceLoaded }) => sourceId === SOURCE && isSourceLoaded && update());
  map.on("idle", update);
}

function cluster(map, id, count, at, words) {
  const button = document.createElement("button");
  const size = 32 + Math.min(28, Math.log10(count) * 10);
  Object.assign(button, { type: "button", className: "hue-ex-cluster", textContent: figure(count) });
  button.style.width = button.style.height = `${size}px`;
  button.setAttribute("aria-label", words.group.replace("{number}", figure(count)));
  button.addEventListener("click", async () => {
    const zoom = await map.getSource(SOURCE).getClusterExpansionZoom(id);
    map.easeTo({ center: at, zoom, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300 });
  });
  const marker = new Marker({ element: button }).setLngLat(at).addTo(map);
  button.removeAttribute("role"); // it is a button already
  return marker;
}

// Names of the points in view, each a button that shows it: the map for those who do not point.
function list(map, section, found, words, open) {
  const names = section.querySelector("[data-places]");
  const update = () => {
    const bounds = map.getBounds();
    const seen = found.features.filter((feature) => place(feature) && bounds.contains(place(feature))).slice(0, LISTED);
    names.replaceChildren(...seen.map((feature) => entry(feature, words, map, open)));
    names.hidden = !seen.length;
  };
  map.on("moveend", update);
  update();
}

function entry(feature, words, map, open) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: feature.properties.name, title: words.show });
  button.addEventListener("click", () => {
    map.jumpTo({ center: place(feature), zoom: Math.max(map.getZoom(), CLUSTERED_TO + 1) });
    open(feature.id, place(feature));
  });
  item.append(button);
  return item;
}
