// Points or areas of a table on a map, with MapLibre. Text is drawn by the page, so no glyphs are fetched.
import { AttributionControl, Map as Chart, NavigationControl, setWorkerUrl } from "maplibre-gl";

import { colours, whenModeChanges } from "./colours.js";
import { boundsOf, json } from "./geojson.js";
import { addAreas } from "./map-areas.js";
import { addPoints } from "./map-points.js";

const HOME = [107.59, 16.46]; // Huế
const OUTLINE = "hue-outline";

export function start(box, section, words) {
  const built = JSON.parse(section.dataset.built);
  addStyles(built.style);
  setWorkerUrl(new URL(built.worker, location.href).href);
  let map;
  try {
    map = make(box, words);
  } catch (error) {
    // No WebGL: an old phone, or a browser that hides from being told apart.
    console.info(error);
    box.hidden = true;
    section.querySelector("[data-map-note]").textContent = words.noMap;
    return () => {};
  }
  const stopped = new AbortController();
  const parts = [() => recolour(map, box)];
  const loading = fill(map, box, section, words, parts, stopped.signal).catch((error) => {
    // The panel is another one by now, and has a note of its own.
    if (!stopped.signal.aborted) section.querySelector("[data-map-note]").textContent = error.message || words.failed;
  });
  const ended = box.dataset.style ? () => {} : whenModeChanges(() => parts.forEach((again) => again()));
  map.once("idle", () => loading.then(() => box.setAttribute("data-ready", "")));
  return () => {
    stopped.abort();
    ended();
    map.remove();
  };
}

function make(box, words) {
  const map = new Chart({
    container: box,
    style: box.dataset.style || plain(colours(box)),
    center: HOME,
    zoom: 8,
    minZoom: 3,
    maxZoom: 18,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    locale: {
      "NavigationControl.ZoomIn": words.zoomIn,
      "NavigationControl.ZoomOut": words.zoomOut,
      "NavigationControl.ResetBearing": words.north,
      "Popup.Close": words.close,
      "Map.Title": words.map,
      "CooperativeGesturesHandler.WindowsHelpText": words.wheel,
      "CooperativeGesturesHandler.MacHelpText": words.wheel,
      "CooperativeGesturesHandler.MobileHelpText": words.drag,
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  if (box.dataset.style) map.addControl(new AttributionControl({ compact: true }));
  return map;
}

// parts: what each drawn part does when the page turns light or dark
async function fill(map, box, section, words, parts, signal) {
  const [outline] = await Promise.all([json(box.dataset.boundaries, signal), loaded(map)]);
  signal.throwIfAborted();
  const colour = colours(box);
  map.addSource(OUTLINE, { type: "geojson", data: outline });
  const areas = section.querySelector("[data-areas]");
  if (areas) {
    parts.push(addAreas(map, box, section, words, outline, JSON.parse(areas.textContent), OUTLINE));
  } else if (!box.dataset.style) {
    map.addLayer({ id: "land", type: "fill", source: OUTLINE, paint: { "fill-color": colour.surface } });
  }
  map.addLayer({ id: "border", type: "line", source: OUTLINE, paint: { "line-color": colour.lineMid, "line-width": 1.5 } });
  map.fitBounds(boundsOf(outline), { padding: 24, animate: false });
  if (!box.dataset.points) return;
  const found = await json(box.dataset.points, signal);
  signal.throwIfAborted();
  addPoints(map, box, section, words, found);
}

const loaded = (map) => new Promise((resolve) => (map.isStyleLoaded() ? resolve() : map.once("load", resolve)));

// Without a base map: the sea behind, the land before.
const plain = (colour) => ({ version: 8, sources: {}, layers: [{ id: "sea", type: "background", paint: { "background-color": colour.soft } }] });

function recolour(map, box) {
  const colour = colours(box);
  const set = (layer, property, value) => map.getLayer(layer) && map.setPaintProperty(layer, property, value);
  set("sea", "background-color", colour.soft);
  set("land", "fill-color", colour.surface);
  set("border", "line-color", colour.lineMid);
  set("points", "circle-color", colour.series[0]);
  set("points", "circle-stroke-color", colour.surface);
  set("shapes", "fill-color", colour.series[0]);
  set("shape-lines", "line-color", colour.series[0]);
}

function addStyles(address) {
  if (document.querySelector(`link[href="${address}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
}
