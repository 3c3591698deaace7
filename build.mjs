/**
 * Builds the front end: `node build.mjs` (Node 20 or later).
 *
 * Reads app/static/src, writes app/static/dist/<name>-HASH.<ext> and, last, app/static/dist/manifest.json, which maps
 * plain names ("main.css", "main.js", "offline.js", "charts.js", "map.json", "icons.svg", "emblem.svg") to the hashed ones.
 * A portal that runs goes on naming the files of the build it began with, and so do pages that are open: files of earlier
 * builds stay for a month after a build that has no use for them, as app/static/dist/earlier.json says. The service worker
 * alone is called by its plain name, under which browsers look for a newer one.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";
import { compileAsync, Logger } from "sass";
import { put, removeOld } from "./build-files.mjs";
import { map } from "./build-map.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const source = join(root, "app/static/src");
const dist = join(root, "app/static/dist");

const targets = ["chrome105", "firefox121", "safari15.4"];

/** Font families and the subsets that languages of the portal use; the rest would only fill the disk. */
const fonts = {
  "noto-sans": ["latin", "latin-ext", "cyrillic", "cyrillic-ext"],
  "noto-sans-georgian": ["georgian"],
  "noto-sans-armenian": ["armenian"],
};

/** Sass deprecations that Bootstrap 5.3 sets off and that only Bootstrap can mend. */
const bootstrapsOwn = ["import", "global-builtin", "color-functions", "if-function"];

/** Returns the @font-face rules of the subsets in use, their files named by absolute path for esbuild. */
async function fontFaces() {
  const sheets = Object.entries(fonts).map(async ([family, subsets]) => {
    const folder = join(modules, "@fontsource-variable", family);
    const sheet = await readFile(join(folder, "wght.css"), "utf8");
    const faces = sheet.match(/@font-face\s*{[^}]*}/g) ?? [];
    const wanted = subsets.map((subset) => {
      const face = faces.find((rule) => rule.includes(`/${family}-${subset}-wght-normal.woff2`));
      if (!face) throw new Error(`${family} has no subset "${subset}" any more`);
      return face.replaceAll("./files/", `${folder}/files/`);
    });
    return wanted.join("\n");
  });
  return (await Promise.all(sheets)).join("\n");
}

/** Returns the whole style sheet as CSS text, fonts first. */
async function styles() {
  const sheet = await compileAsync(join(source, "styles/main.scss"), {
    loadPaths: [modules],
    quietDeps: true,
    silenceDeprecations: bootstrapsOwn,
    logger: Logger.silent,
  });
  return `${await fontFaces()}\n${sheet.css}`;
}

/**
 * Bundles style sheet and scripts; returns [{name, file, contents}], where only the four entries have a name.
 *
 * Charts are a module of their own, which main.js fetches by `import()` on pages that have one. What works without a
 * network is a script of its own for those who have such forms, so that visitors do not load it.
 */
async function bundles() {
  const shared = {
    absWorkingDir: root,
    assetNames: "[name]-[hash]",
    bundle: true,
    entryNames: "[name]-[hash]",
    loader: { ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
    minify: true,
    outdir: dist,
    target: targets,
    write: false,
  };
  const style = { contents: await styles(), loader: "css", resolveDir: join(source, "styles"), sourcefile: "main.css" };
  const results = await Promise.all([
    build({ ...shared, stdin: style }),
    build({ ...shared, entryPoints: [join(source, "scripts/main.js")], format: "iife" }),
    build({ ...shared, entryPoints: [join(source, "scripts/offline/offline.js")], format: "iife" }),
    build({ ...shared, entryPoints: [join(source, "scripts/charts/charts.js")], format: "esm" }),
  ]);
  return results.flatMap(({ outputFiles }) =>
    outputFiles.map(({ path, contents }) => {
      const file = basename(path).replace(/^stdin-/, "main-");
      const entry = [".css", ".js"].includes(extname(path));
      return entry ? { name: file.replace(/-[^-]+(?=\.)/, ""), file, contents } : { file, contents };
    }),
  );
}

/** Yields every file below `folder` whose name ends in `ending`. */
async function* filesBelow(folder, ending) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (path !== join(root, "app/static")) yield* filesBelow(path, ending);
    } else if (entry.name.endsWith(ending)) {
      yield path;
    }
  }
}

/**
 * How icons are asked for: icon("name"), icon="name", icon_name="name"; Entry("place", "endpoint", _l("Label"), "name")
 * of the navigation; drop(_("Label"), "name"). A name that is put together from parts does not count.
 */
const asked = [
  /\bicon(?:_name)?(?:\(\s*|\s*=\s*|["']\s*:\s*)["']([a-z0-9-]+)["'](?!\s*[~+%])/g,
  /\bEntry\(\s*"[^"]*",\s*"[^"]*",\s*_l\("[^"]*"\),\s*"([a-z0-9-]+)"/g,
  /\bdrop\(\s*_\(["'][^"']*["']\),\s*["']([a-z0-9-]+)["']/g,
];

/** Returns a Map from the name of each icon in use to the file that asks for it; icons.txt asks for what code hides. */
async function iconsInUse() {
  const names = new Map();
  for (const [folder, ending] of [["templates", ".html"], ["app", ".py"]]) {
    for await (const path of filesBelow(join(root, folder), ending)) {
      const text = await readFile(path, "utf8");
      for (const pattern of asked) {
        for (const [, name] of text.matchAll(pattern)) names.set(name, path);
      }
    }
  }
  const list = join(source, "icons.txt");
  for (const line of (await readFile(list, "utf8")).split("\n")) {
    const name = line.replace(/#.*/, "").trim();
    if (name) names.set(name, list);
  }
  return names;
}

/** Turns the text of one SVG file into a <symbol>. */
function symbol(id, svg) {
  const viewBox = svg.match(/viewBox="([^"]+)"/)[1];
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/<title>.*?<\/title>/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${id}" viewBox="${viewBox}">${body}</symbol>`;
}

/** Returns one sprite of our own shapes and the icons in use. Throws for a name that neither has. */
async function sprite() {
  const shapes = new Map();
  for await (const path of filesBelow(join(source, "shapes"), ".svg")) {
    shapes.set(basename(path, ".svg"), await readFile(path, "utf8"));
  }
  const symbols = [...shapes].filter(([id]) => id !== "weave").map(([id, svg]) => symbol(id, svg));
  for (const [name, asker] of [...(await iconsInUse())].sort()) {
    if (shapes.has(name)) continue;
    const svg = await readFile(join(modules, "bootstrap-icons/icons", `${name}.svg`), "utf8").catch(() => {
      throw new Error(`${asker} asks for the icon "${name}", which bootstrap-icons does not have`);
    });
    symbols.push(symbol(name, svg));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.sort().join("\n")}\n</svg>\n`;
}

/** Names a file after its contents. */
function hashed(name, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  return { name, file: `${basename(name, extname(name))}-${hash}${extname(name)}`, contents };
}

/** Bundles the service worker, which is told what to hold ready; it is another one whenever a file of the build is. */
async function serviceWorker(files) {
  const needed = ["main.css", "main.js", "offline.js", "icons.svg", "emblem.svg"];
  const held = needed.map((name) => files.find((file) => file.name === name).file);
  const version = createHash("sha256").update(files.map(({ file }) => file).sort().join()).digest("hex").slice(0, 8);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(source, "scripts/offline/service-worker.js")],
    bundle: true,
    define: { HELD: JSON.stringify(held), VERSION: JSON.stringify(version) },
    format: "iife",
    logLevel: "warning",
    minify: true,
    target: targets,
    write: false,
  });
  return { file: "service-worker.js", contents: outputFiles[0].contents };
}

/**
 * Yields the fonts that documents need and that Python packages do not have: in Noto's Arabic the dots of a letter are a
 * shape of their own, and whoever copies a name out of a PDF gets such letters twice.
 */
async function* printFonts() {
  for (const [folder, file] of [["400Regular", "Amiri_400Regular.ttf"], ["700Bold", "Amiri_700Bold.ttf"]]) {
    yield { file, contents: await readFile(join(modules, "@expo-google-fonts/amiri", folder, file)) };
  }
}

/** Promises what a text is compressed to: WhiteNoise sends `<file>.br` or `<file>.gz` to whoever takes it. */
function compressed({ file, contents }) {
  if (![".css", ".js", ".json", ".svg"].includes(extname(file))) return [];
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const made = (ending) => (contents) => ({ file: `${file}.${ending}`, contents });
  return [
    promisify(brotliCompress)(contents, best).then(made("br")),
    promisify(gzip)(contents, { level: constants.Z_BEST_COMPRESSION }).then(made("gz")),
  ];
}

const files = [
  ...(await bundles()),
  hashed("map.json", await map(modules)),
  hashed("icons.svg", await sprite()),
  hashed("emblem.svg", await readFile(join(source, "shapes/emblem.svg"))),
];
files.push(await serviceWorker(files));
for await (const font of printFonts()) files.push(font);
for (const file of await Promise.all(files.flatMap(compressed))) files.push(file);
await mkdir(dist, { recursive: true });
await Promise.all(files.map(({ file, contents }) => put(dist, file, contents)));

const manifest = Object.fromEntries(files.filter(({ name }) => name).map(({ name, file }) => [name, file]).sort());
await put(dist, "manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
await removeOld(dist, [...files.map(({ file }) => file), "manifest.json"]);

for (const [name, file] of Object.entries(manifest)) console.log(`${name} → ${file}`);
