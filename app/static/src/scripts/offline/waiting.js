import { discard, flush, showFaults, waiting, whenKeptChanged } from "./kept.js";
import { fillSlots, locale, made, moment, say } from "./saying.js";

/** Show what waits on this device: how much of it in the bar of each page, and as a list above the form. */
export function showWaiting() {
  whenKeptChanged(show);
  show();
}

function show() {
  const items = waiting();
  const count = document.getElementById("waiting-count");
  count.hidden = !items.length;
  fillSlots(count, { count: new Intl.NumberFormat(locale()).format(items.length) });
  const section = document.getElementById("waiting");
  if (!section) return;
  const hadFocus = section.contains(document.activeElement);
  section.hidden = !items.length;
  section.querySelector("ul").replaceChildren(...items.map((item) => row(section, item)));
  // The button that was pressed has gone with its row.
  if (hadFocus) (items.length ? section : document.getElementById("main")).focus();
}

function row(section, item) {
  const element = made(section.querySelector("template"), { title: item.title, when: moment(item.at) });
  for (const state of element.querySelectorAll("[data-state]")) state.hidden = state.dataset.state !== item.state;
  const button = (what) => element.querySelector(`[data-do="${what}"]`);
  button("send").hidden = item.state === "refused";
  button("show").hidden = item.state !== "refused";
  button("send").addEventListener("click", async () => (await flush()) || say("unreachable"));
  button("show").addEventListener("click", () => showFaults(item));
  button("delete").addEventListener("click", () => askToDelete(section, item));
  return element;
}

function askToDelete(section, item) {
  const dialog = section.querySelector("dialog");
  fillSlots(dialog, { title: item.title });
  dialog.querySelector('[data-do="leave"]').onclick = () => dialog.close();
  dialog.querySelector('[data-do="discard"]').onclick = () => {
    dialog.close();
    discard(item.id);
  };
  dialog.showModal();
}
