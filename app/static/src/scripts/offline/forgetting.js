import * as store from "./store.js";

const LEAVING = store.shared("leaving");
const OWNER = store.shared("owner");

/**
 * What a device forgets. Copies of pages and the options that were seen go as soon as somebody else comes, or nobody is
 * signed in; drafts when their person signs out. Entries that wait to be sent stay, for their person alone.
 */
export function forgetOthers() {
  document.addEventListener("submit", (event) => "leaves" in event.target.dataset && noteLeaving());
  try {
    forgetDrafts();
    if (localStorage.getItem(OWNER) !== store.person) store.alone("copies", forgetCopies);
  } catch {
    // A browser that lets the portal keep nothing has nothing to forget.
  }
}

function noteLeaving() {
  try {
    localStorage.setItem(LEAVING, store.person);
  } catch {
    // As above.
  }
}

/** The person who pressed "Sign out" is signed out by now, unless there was no network. */
function forgetDrafts() {
  const leaving = localStorage.getItem(LEAVING);
  if (leaving === null) return;
  if (leaving !== store.person) store.dropKind("draft", leaving);
  localStorage.removeItem(LEAVING);
}

async function forgetCopies() {
  store.dropKind("seen");
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const ours = registrations.filter(({ scope }) => scope === store.root);
  await Promise.all(ours.map((registration) => registration.unregister()));
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(store.shared(""))).map((name) => caches.delete(name)));
  localStorage.setItem(OWNER, store.person);
}
