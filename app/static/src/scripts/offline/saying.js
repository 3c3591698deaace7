/** What is said about entries on this device; every text comes with the page, in the reader's language. */

/** An element made from a template within `root`, its slots filled: texts by name, `href` for the link in it. */
export function made(template, { href, ...texts } = {}) {
  const element = template.content.firstElementChild.cloneNode(true);
  fillSlots(element, texts);
  if (href) element.querySelector("a").setAttribute("href", href);
  return element;
}

/** Write texts into the slots of an element, by their names; where a slot has a sentence, into its {place}. */
export function fillSlots(element, texts) {
  for (const slot of element.querySelectorAll("[data-slot]")) {
    const text = texts[slot.dataset.slot] ?? "";
    slot.textContent = slot.dataset.sentence?.replace(`{${slot.dataset.slot}}`, text) ?? text;
  }
}

/** The reader's locale, as the browser names it. */
export const locale = () => document.getElementById("device").dataset.locale;

/** The element that says `what`. */
export function words(what, facts) {
  return made(document.querySelector(`#device [data-say="${what}"]`), facts);
}

/** Say something at the top of the page, which screen readers speak: once, and instead of that it had to wait. */
export function say(what, facts = {}) {
  const message = words(what, facts);
  const region = document.getElementById("messages");
  message.dataset.said = what;
  for (const earlier of [...region.children]) {
    if (earlier.dataset.said === "kept" || earlier.textContent === message.textContent) earlier.remove();
  }
  region.append(message);
  return message;
}

/** A moment as the reader's language writes it. */
export function moment(iso) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}
