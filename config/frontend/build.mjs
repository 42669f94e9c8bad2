// Builds public/built: scripts and styles with their libraries, and the icons; each name holds a hash of the content.
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TARGET = join(HERE, "../../ckanext-hue/ckanext/hue/public/built");
const FRESH = `${TARGET}.new`;
// Name in templates (h.hue_built) and the file that it is built from
const ENTRIES = {
  "theme.js": "src/theme.js",
  "suggest.js": "src/suggest.js",
  "facets.js": "src/facets.js",
  "copy.js": "src/pages/copy.js",
  "explorer.js": "src/explorer/main.js",
  "explorer.css": "src/explorer/explorer.css",
  "map-worker.js": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
  "map.css": "node_modules/maplibre-gl/dist/maplibre-gl.css",
};

async function sprite() {
  const names = (await readFile(join(HERE, "icons.txt"), "utf8")).split("\n").filter(Boolean);
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function symbol(name) {
  const source = await readFile(join(HERE, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
  const shapes = source.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
}

async function scripts() {
  const built = await build({
    absWorkingDir: HERE,
    entryPoints: ENTRIES,
    outdir: FRESH,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2020",
    minify: true,
    metafile: true,
    legalComments: "linked",
    logLevel: "warning",
  });
  const named = (output) => Object.keys(ENTRIES).find((name) => ENTRIES[name] === output.entryPoint);
  // What a script loads when it is needed is an entry point too, without a name in templates.
  const entries = Object.entries(built.metafile.outputs).filter(([, output]) => named(output));
  return Object.fromEntries(entries.map(([file, output]) => [named(output), basename(file)]));
}

async function main() {
  await rm(FRESH, { recursive: true, force: true });
  await mkdir(FRESH, { recursive: true });
  const icons = await sprite();
  const iconsName = `icons-${createHash("sha256").update(icons).digest("hex").slice(0, 8)}.svg`;
  await writeFile(join(FRESH, iconsName), icons);
  const manifest = { "icons.svg": iconsName, ...(await scripts()) };
  await writeFile(join(FRESH, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(TARGET, { recursive: true, force: true });
  await rename(FRESH, TARGET);
}

await main();
