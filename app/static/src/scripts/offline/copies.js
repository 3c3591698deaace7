import { reach } from "./network.js";
import * as store from "./store.js";

/**
 * Copies of pages that open without a network. The service worker answers with them; this module makes them, so that each
 * is a fresh page of this person, in this language and of this build; forgetting.js throws them away.
 */
const MOST_HOURS = 12;
const PAGES = "pages";

/** Register the service worker, and copy the pages it answers with. */
export async function keepCopies(device) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await store.alone("copies", () => copyAll(device.dataset));
  } catch {
    // A browser that forbids it, or no network: the portal goes on without copies.
  }
}

async function copyAll({ worker, pages }) {
  await navigator.serviceWorker.register(worker);
  await navigator.serviceWorker.ready;
  for (const address of pages.split(" ")) await copy(address);
}

async function copy(address) {
  const cache = await caches.open(store.shared(PAGES));
  const made = (await cache.match(address))?.headers.get("Copied");
  const maker = JSON.stringify([store.person, document.documentElement.lang, ...[...document.scripts].map(({ src }) => src)]);
  const age = made ? Date.now() - Date.parse(made.split(" ", 1)[0]) : Infinity;
  if (made?.endsWith(` ${maker}`) && age < MOST_HOURS * 3_600_000) return;
  const response = await reach(address, { limit: 30_000 });
  if (!response?.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.body.dataset.person !== store.person) return;
  const now = new Date().toISOString();
  page.documentElement.dataset.copied = now;
  page.getElementById("messages").replaceChildren();
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  headers.set("Copied", `${now} ${maker}`);
  await cache.put(address, new Response(`<!doctype html>${page.documentElement.outerHTML}`, { headers }));
}
