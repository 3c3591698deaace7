/**
 * Puts files of a build into their folder, and takes old ones away once nothing can ask for them any more.
 *
 * A portal that runs goes on naming the files of the build it began with, and so do pages that are open.
 */
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const kept = 30 * 24 * 60 * 60 * 1000; // ms
const notes = "earlier.json";

/** Writes a file in one step, since a portal may be sending the one of that name. */
export async function put(folder, file, contents) {
  const draft = join(folder, `${file}.draft`);
  await writeFile(draft, contents);
  await rename(draft, join(folder, file));
}

/** Removes what builds have had no use for since a month; `earlier.json` has since when that is so of what stays. */
export async function removeOld(folder, used, now = Date.now()) {
  const noted = await readFile(join(folder, notes), "utf8").then(JSON.parse).catch(() => ({}));
  const since = (file) => noted[file] ?? new Date(now).toISOString();
  const unused = (await readdir(folder)).filter((file) => file !== notes && !used.includes(file)).sort();
  const old = unused.filter((file) => file.endsWith(".draft") || now - Date.parse(since(file)) > kept);
  await Promise.all(old.map((file) => rm(join(folder, file))));
  const staying = unused.filter((file) => !old.includes(file)).map((file) => [file, since(file)]);
  await put(folder, notes, `${JSON.stringify(Object.fromEntries(staying), null, 2)}\n`);
}
