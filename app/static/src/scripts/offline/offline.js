import { keepCopies } from "./copies.js";
import { drafts, markSent, startAnew } from "./drafts.js";
import { keyField, sendable, typed } from "./entries.js";
import { flush, keep } from "./kept.js";
import { askPortal } from "./network.js";
import { say } from "./saying.js";
import { rememberOptions } from "./seen.js";
import * as store from "./store.js";
import { showWaiting } from "./waiting.js";

/**
 * Forms that work without a network (form_open(…, offline=…)): see drafts.js, kept.js, copies.js and seen.js. A script of
 * its own, after main.js, for those who have such a form. In a browser without locks, or over plain HTTP, it does nothing.
 */
const AGAIN = 60_000; // ms between two attempts while something waits
const allowed = new WeakSet();

function start() {
  const device = document.getElementById("device");
  if (!device || !window.isSecureContext || !navigator.locks) return;
  drafts();
  document.addEventListener("submit", guard);
  rememberOptions();
  showWaiting();
  flush();
  addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  setInterval(flush, AGAIN);
  keepCopies(device);
}

/** Before a form is sent: is there a network? With one it goes as every form does, without one it is kept. */
async function guard(event) {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.offline !== store.person || allowed.delete(form)) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  const button = event.submitter ?? form.querySelector('[type="submit"]');
  form.ariaBusy = "true";
  const answer = await askPortal();
  form.ariaBusy = null;
  if (answer?.isMine) {
    form.elements.csrf_token.value = answer.token; // The page may be a copy, or older than the session.
    markSent(form);
    allowed.add(form);
    button.click();
  } else if (button.formNoValidate) {
    say(answer ? "sign-in" : "unreachable"); // It finds or adds something, which only the portal can.
  } else {
    keepInstead(form, button, answer ? "sign-in" : "kept");
  }
}

function keepInstead(form, button, reason) {
  const entries = sendable(typed(form), button);
  const title = form.elements.title?.value.trim() || document.querySelector("h1").textContent;
  const isKept = keep({ id: keyField(form).value, action: store.local(form.action), entries, title });
  if (!isKept) {
    say("full");
    return;
  }
  startAnew(form);
  const message = say(reason);
  message.tabIndex = -1;
  message.focus();
}

start();
