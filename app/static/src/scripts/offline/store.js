/**
 * What this device keeps: one JSON text an entry in localStorage, under the portal, the person and the kind of entry.
 * A device that keeps nothing (storage full or forbidden) answers `false` to `put`, and is told so to the person.
 */
const { base = "", person: signedIn = "" } = document.body.dataset;
const prefix = `portal${base}:`;

/** The key of whoever this page was made for; empty for a visitor. */
export const person = signedIn;

const path = (kind, name) => `${prefix}${person}:${kind}:${name}`;

/** One entry of the person's, or `null`. */
export function get(kind, name) {
  return read(path(kind, name));
}

/** Keep an entry of the person's; answers whether the device did. */
export function put(kind, name, value) {
  try {
    localStorage.setItem(path(kind, name), JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Drop an entry of the person's. */
export function drop(kind, name) {
  localStorage.removeItem(path(kind, name));
}

/** Every [name, entry] of a kind that the person has on this device. */
export function all(kind) {
  const start = path(kind, "");
  return names(start).map((key) => [key.slice(start.length), read(key)]).filter(([, value]) => value);
}

/** Drop what everybody has of a kind on this device, or what one other person has. */
export function dropKind(kind, whose = "[^:]*") {
  const wanted = new RegExp(`^${whose}:${kind}:`);
  for (const key of names(prefix)) {
    if (wanted.test(key.slice(prefix.length))) localStorage.removeItem(key);
  }
}

/** Call `then` when another tab has changed what the person has of a kind. */
export function whenChanged(kind, then) {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(path(kind, ""))) then();
  });
}

/** The address of a page within the portal, without its host. */
export const local = (address) => {
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
};

/** The address of the portal's front page. */
export const root = new URL(`${base}/`, location.href).href;

/** The name of something of this portal's that all its tabs share: a lock, a cache, a note of whose the device is. */
export const shared = (name) => `${root} ${name}`;

/** Do work that only one tab may do at a time; with `ifAvailable` not at all while another one does it. */
export const alone = (name, work, options = {}) =>
  navigator.locks?.request(shared(name), options, (lock) => lock && work());

function names(start) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
