import { emptied, fill, keyField, renewKey, typed } from "./entries.js";
import { moment, say, words } from "./saying.js";
import * as store from "./store.js";

/**
 * Drafts: what is typed into a form that works without a network is kept on the device as it is typed, for this person
 * at this address, and stands in the form when it is opened again. A draft holds the form's submission key: sent twice,
 * because an answer was lost, it makes one record.
 */
const PAUSE = 300; // ms without a letter
const DRAFT = "draft";
const beginnings = new WeakMap();

const here = () => store.local(location.href);

/** Set up the drafts of this page's forms. */
export function drafts() {
  for (const form of document.querySelectorAll(`form[data-offline="${store.person}"]`)) {
    if ("answered" in form.dataset) takeOver(form);
    else begin(form);
    listen(form);
  }
}

/**
 * The server has answered with this form: it holds what was typed, and stands for the entry that waited; under another
 * key where what was sent with the entry's own was saved before with other content.
 */
function takeOver(form) {
  beginnings.set(form, null);
  const key = form.dataset.standsFor ?? keyField(form).value;
  if (write(form, false)) store.drop("kept", key);
}

function begin(form) {
  const copied = document.documentElement.dataset.copied;
  if (copied) freshen(form, copied);
  const beginning = { key: keyField(form).value, typed: typed(form) };
  beginnings.set(form, beginning);
  const draft = store.get(DRAFT, here());
  if (!draft) return;
  if (store.get("kept", draft.key)) {
    store.drop(DRAFT, here()); // The device stopped between keeping the entry and dropping its draft.
    return;
  }
  fill(form, draft.typed);
  const note = words("begun", { when: moment(draft.at) });
  note.querySelector("button").addEventListener("click", () => {
    startAnew(form);
    say("forgotten");
    form.querySelector("input:not([type=hidden]), select, textarea").focus();
  });
  form.before(note);
}

/** A copy of the page is opened again and again: each time the form is another one, and today another day. */
function freshen(form, copied) {
  renewKey(form);
  const midnight = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  const days = Math.round((midnight(new Date()) - midnight(new Date(copied))) / 86_400_000);
  for (const field of form.querySelectorAll("[data-today]")) {
    if (field.value) field.value = new Date(Date.parse(field.value) + days * 86_400_000).toISOString().slice(0, 10);
  }
}

function listen(form) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  };
  const forget = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const now = () => {
    if (!timer) return;
    forget();
    write(form);
  };
  for (const kind of ["input", "change", "click"]) form.addEventListener(kind, later);
  form.addEventListener("portal:anew", forget);
  addEventListener("pagehide", now);
  document.addEventListener("visibilitychange", now);
}

/** Keep what is in the form, unless that is what it began with; `sent` says that it was handed to the server. */
function write(form, sent) {
  const beginning = beginnings.get(form);
  const draft = { key: keyField(form).value, typed: typed(form), at: new Date().toISOString() };
  const earlier = store.get(DRAFT, here());
  const isSame = earlier?.key === draft.key;
  if (beginning && !sent && JSON.stringify(beginning.typed) === JSON.stringify(draft.typed)) {
    if (isSame) store.drop(DRAFT, here());
    return true;
  }
  return store.put(DRAFT, here(), { ...draft, at: isSame ? earlier.at : draft.at, sent: sent ?? (isSame && earlier.sent && JSON.stringify(earlier.typed) === JSON.stringify(draft.typed)) });
}

/** The form goes to the server now: its draft goes once the server is known to have it. */
export function markSent(form) {
  write(form, true);
}

/** Keys of the drafts that were handed to the server, whose answer this device has not seen. */
export function sentKeys() {
  return store.all(DRAFT).filter(([, draft]) => draft.sent).map(([, draft]) => draft.key);
}

/** What has this key is saved: forget its drafts, also in the form that is open. */
export function forgetKey(key) {
  for (const [address, draft] of store.all(DRAFT)) if (draft.key === key) store.drop(DRAFT, address);
  for (const form of document.querySelectorAll("form[data-offline]")) if (keyField(form).value === key) startAnew(form);
}

/** Empty the form for the next record, with a key of its own. */
export function startAnew(form) {
  const beginning = beginnings.get(form);
  form.dispatchEvent(new CustomEvent("portal:anew"));
  fill(form, beginning?.typed ?? emptied(form, typed(form)));
  renewKey(form);
  store.drop(DRAFT, here());
  beginnings.set(form, { key: keyField(form).value, typed: typed(form) });
  for (const search of form.querySelectorAll("[data-picker] [type=search]")) emptySearch(search);
  document.getElementById("begun")?.remove();
  document.getElementById("errors")?.remove();
  for (const fault of form.querySelectorAll("p.error")) fault.remove();
  for (const field of form.querySelectorAll(".field-error")) field.classList.remove("field-error");
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** Empty a search that asks only for other words than the last ones: it is told, and asks nothing (see seen.js). */
function emptySearch(search) {
  search.closest("[data-picker]").querySelector(".options").replaceChildren();
  if (!search.value) return;
  search.value = "";
  search.dataset.emptied = "";
  search.dispatchEvent(new Event("input", { bubbles: true }));
}
