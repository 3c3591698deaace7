import { pickers } from "../pickers.js";
import { reach } from "./network.js";
import { words } from "./saying.js";
import * as store from "./store.js";

/**
 * Options of pickers that this device has seen, by register: without a network one chooses from them. Forms that work
 * without a network ask for them when they are opened; whatever is found later is remembered, too.
 */
const SEEN = "seen";
const MOST = 500;
const SHOWN = 20;

/** Remember what pickers find, and offer it again when they cannot ask. */
export function rememberOptions() {
  for (const picker of document.querySelectorAll("form[data-offline] [data-picker]")) warm(picker);
  document.addEventListener("htmx:after:settle", (event) => {
    const options = event.target.closest?.("form[data-offline] .options");
    if (options) remember(register(options.closest("[data-picker]")), options);
  });
  document.addEventListener("htmx:config:request", (event) => {
    const search = event.detail.ctx.sourceElement;
    if (!("emptied" in search.dataset)) return;
    delete search.dataset.emptied;
    if (!search.value) event.preventDefault();
  });
  // Before requests.js says that what one sees may be old.
  document.addEventListener("htmx:error", (event) => offerSeen(event.detail.ctx?.sourceElement) && event.stopImmediatePropagation(), true);
}

/** Answers whether something was offered below `search`, which found nothing because there is no network. */
function offerSeen(search) {
  const picker = search?.closest?.("form[data-offline] [data-picker]");
  if (!picker) return false;
  const seen = store.get(SEEN, register(picker));
  if (!seen) return false;
  const wanted = plain(search.value).split(/\s+/);
  const chosen = new Set([...picker.querySelectorAll(".chosen input")].map((input) => input.value));
  const found = Object.values(seen).filter((option) => !chosen.has(option.value) && wanted.every((word) => plain(Object.values(option).join(" ")).includes(word)));
  const options = picker.querySelector(".options");
  options.replaceChildren(...found.slice(0, SHOWN).map((option) => row(picker, option)), words("seen"));
  pickers(options);
  return true;
}

const register = (picker) => new URL(picker.querySelector("[hx-get]").getAttribute("hx-get"), location.href).pathname;
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

async function warm(picker) {
  const response = await reach(`${picker.querySelector("[hx-get]").getAttribute("hx-get")}&all=1`, { limit: 30_000 });
  if (response?.ok) remember(register(picker), new DOMParser().parseFromString(await response.text(), "text/html"));
}

function remember(name, options) {
  const found = [...options.querySelectorAll("label")].map(read).filter(Boolean);
  if (!found.length) return;
  const seen = Object.fromEntries(found.map((option) => [option.value, option]));
  const earlier = Object.entries(store.get(SEEN, name) ?? {}).filter(([value]) => !(value in seen));
  store.put(SEEN, name, Object.fromEntries([...Object.entries(seen), ...earlier].slice(0, MOST)));
}

function read(row) {
  const label = row.querySelector("[data-label]")?.cloneNode(true);
  if (!label) return null;
  const take = (selector) => {
    const part = label.querySelector(selector);
    part?.remove();
    return part?.textContent ?? "";
  };
  const [native, example] = [take(".native"), take(".ex")];
  const texts = { code: row.querySelector("b")?.textContent ?? "", label: label.textContent.trim(), native, example };
  return { value: row.querySelector("input").value, ...texts, note: row.querySelector(".muted")?.textContent ?? "" };
}

function row(picker, { value, code, label, native, example, note }) {
  const element = (tag, text, given = {}) => Object.assign(document.createElement(tag), { textContent: text }, given);
  const name = element("span", label);
  name.dataset.label = "";
  if (example) name.append(" ", element("span", example, { className: "ex" }));
  if (native) name.append(element("span", native, { className: "native" }));
  const whole = document.createElement("label");
  whole.append(element("input", "", { type: "checkbox", name: picker.dataset.name, value }));
  if (code) whole.append(" ", element("b", code));
  whole.append(" ", name);
  if (note) whole.append(" ", element("span", note, { className: "muted" }));
  return whole;
}
