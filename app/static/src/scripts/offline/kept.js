import { forgetKey, sentKeys } from "./drafts.js";
import { askPortal, reach } from "./network.js";
import { say } from "./saying.js";
import * as store from "./store.js";

/**
 * Entries that wait on this device: {id, action, entries, title, at, state}. An entry is dropped only when the portal is
 * known to have it, so one may be sent twice; its id is its form's submission key, by which the portal knows it again, and
 * tells the same from what was saved with other content (409: isOther).
 */
const KEPT = "kept";
const PATIENCE = 30_000; // ms for one entry
const MOST_AT_ONCE = 50;
const SENDING = `sending ${store.person}`;
const changes = new EventTarget();

/** The person's entries, oldest first. */
export function waiting() {
  return store.all(KEPT).map(([, item]) => item).sort((one, other) => one.at.localeCompare(other.at));
}

/** Keep an entry until it can be sent; answers whether the device could. */
export function keep(item) {
  const isKept = store.put(KEPT, item.id, { ...item, at: new Date().toISOString(), state: "waiting" });
  changes.dispatchEvent(new Event("change"));
  return isKept;
}

/** Call `then` whenever what waits has changed, in this tab or another. */
export function whenKeptChanged(then) {
  changes.addEventListener("change", then);
  store.whenChanged(KEPT, then);
}

/** Delete an entry for good; one that is being sent is sent first. */
export function discard(id) {
  return store.alone(SENDING, () => done(id));
}

/** Send what waits, unless another tab does so already; answers whether that could be tried. */
export async function flush() {
  if (!waiting().length && !sentKeys().length) return true;
  return (await store.alone(SENDING, sendAll, { ifAvailable: true })) ?? true;
}

/** Let the server show an entry that it refused in its form; it stays here until the server has answered. */
export async function showFaults(item) {
  const answer = await askPortal();
  if (!answer) return say("unreachable");
  if (!answer.isMine) return say("sign-in");
  const form = document.createElement("form");
  form.method = "post";
  form.action = item.action;
  for (const [name, value] of [...item.entries, ["csrf_token", answer.token]]) {
    const field = document.createElement("textarea"); // An input would lose the lines of a text.
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.hidden = true;
  document.body.append(form);
  return form.submit();
}

async function sendAll() {
  const items = waiting().slice(0, MOST_AT_ONCE);
  const answer = await askPortal([...items.map(({ id }) => id), ...sentKeys().slice(0, MOST_AT_ONCE)]);
  if (!answer) return false;
  if (!answer.isMine) {
    for (const item of items) mark(item, item.state === "refused" ? "refused" : "signin");
    if (items.length) say("sign-in");
    return true;
  }
  for (const key of sentKeys()) if (answer.saved[key]) forgetKey(key);
  for (const item of items) {
    // What waits is sent even if its form was saved: perhaps with other content, which only the portal can tell.
    if (item.state !== "refused") await send(item, answer.token);
    else if (answer.saved[item.id] && !item.isOther) tellSent(item, answer.saved[item.id]);
  }
  return true;
}

async function send(item, token) {
  const response = await reach(item.action, {
    method: "POST",
    limit: PATIENCE,
    headers: { Accept: "application/json" },
    body: new URLSearchParams([...item.entries, ["csrf_token", token]]),
  });
  if (!response || response.status === 429) return;
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const made = response.ok && isJson ? await response.json().catch(() => null) : null;
  if (made) return tellSent(item, made.location, made.message);
  if (response.ok) return; // The answer broke off: the next time the portal says that it has the entry.
  // 400 is a token of a session that ended between the question and the sending.
  const isSignedOut = response.status === 400 || response.status === 401;
  mark({ ...item, isOther: response.status === 409 }, isSignedOut ? "signin" : "refused");
  if (isSignedOut) say("sign-in");
  else say("refused", { link: item.title });
}

function tellSent(item, location, message = "") {
  forgetKey(item.id);
  done(item.id);
  say("sent", { href: location, link: item.title, message });
}

function mark(item, state) {
  store.put(KEPT, item.id, { ...item, state });
  changes.dispatchEvent(new Event("change"));
}

function done(id) {
  store.drop(KEPT, id);
  changes.dispatchEvent(new Event("change"));
}
