// GeoJSON from the portal, and how far it reaches.
import { LngLatBounds } from "maplibre-gl";

export async function json(address, signal) {
  const answer = await fetch(address, { signal });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error || answer.statusText);
  return said;
}

export function boundsOf({ features }) {
  const bounds = new LngLatBounds();
  const visit = (part) => (typeof part?.[0] === "number" ? bounds.extend(part.slice(0, 2)) : part?.forEach(visit));
  const shapes = (geometry) => (geometry?.geometries ? geometry.geometries.forEach(shapes) : visit(geometry?.coordinates));
  features.forEach((feature) => shapes(feature.geometry));
  return bounds;
}
