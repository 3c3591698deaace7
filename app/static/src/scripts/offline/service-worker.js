/**
 * The service worker: pages with forms that work without a network open from their copies when there is none, and files
 * of this build come from the device. Everything else goes its way as if there were no worker. `HELD` and `VERSION` come
 * from build.mjs; copies are made by copies.js.
 */
/* global HELD, VERSION */
const SCOPE = self.registration.scope;
const FILES = `${SCOPE} files ${VERSION}`;
const PAGES = `${SCOPE} pages`;
const STATIC = `${SCOPE}static/`;
const COPIED = ["events/log"].map((path) => SCOPE + path);
const HASHED = /-[0-9A-Z]{8}\.\w+$/;
const PATIENCE = 6_000; // ms, after which a copy is better than a page that may never come

self.addEventListener("install", (event) => {
  const addresses = HELD.map((file) => STATIC + file);
  event.waitUntil(
    caches
      .open(FILES)
      .then((cache) => cache.addAll(addresses))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith(`${SCOPE} `) && name !== FILES && name !== PAGES;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  const address = url.replace(/[?#].*/, "");
  if (mode === "navigate" && COPIED.includes(address)) event.respondWith(page(event.request, address));
  else if (address.startsWith(STATIC) && HASHED.test(address)) event.respondWith(file(event.request));
});

/** The page itself if it comes in time, else its copy if there is one. */
async function page(request, address) {
  const copy = await caches.match(address, { cacheName: PAGES });
  const fetched = fetch(request);
  if (!copy) return fetched;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, copy));
  const answered = fetched.then((response) => (response.status < 500 ? response : copy)).catch(() => copy);
  return Promise.race([answered, late]);
}

/** A file whose name says what is in it: the one that is here is the right one. */
async function file(request) {
  if (!(await caches.has(FILES))) return fetch(request); // Thrown away with its person, by a page that is still open.
  const cache = await caches.open(FILES);
  const held = await cache.match(request.url, { ignoreVary: true });
  if (held) return held;
  const response = await fetch(request);
  if (response.ok) await cache.put(request.url, response.clone());
  return response;
}
