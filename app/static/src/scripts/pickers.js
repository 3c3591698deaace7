import { announce } from "./announcement.js";

/**
 * Pickers: what is ticked becomes a chip that can be taken away, and stays when other options are looked for.
 * The chips hold the same inputs that the form has without script, so what is sent does not change.
 */
export function pickers(root) {
  for (const picker of root.querySelectorAll("[data-picker]:not([data-ready])")) setUp(picker);
  const options = root.closest?.(".options");
  if (options) tidyOptions(options.closest("[data-picker]"));
}

/** What a picker asks for: the words typed, and what is chosen already. */
export function pickerRequests() {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    const picker = ctx.sourceElement.closest("[data-picker]");
    if (!picker) return;
    const { body } = ctx.request;
    body.set("q", ctx.sourceElement.value);
    body.set("name", picker.dataset.name);
    for (const input of chosenInputs(picker)) body.append(picker.dataset.name, input.value);
  });
}

const chosenInputs = (picker) => [...picker.querySelectorAll(".chosen input")];
const optionInputs = (picker) => [...picker.querySelectorAll(".options input")];
const searchInput = (picker) => picker.querySelector(".picker-in input");

function setUp(picker) {
  picker.dataset.ready = "";
  for (const item of picker.querySelectorAll(".chosen > li")) addRemoveButton(picker, item);
  tidyOptions(picker);
  picker.addEventListener("change", (event) => {
    if (event.target.closest(".options")) choose(picker, event.target);
  });
  picker.addEventListener("keydown", (event) => steer(picker, event));
  searchInput(picker).addEventListener("input", () => nameNew(picker));
  picker.querySelector(".picker-new")?.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    const first = event.target.querySelector("[data-from-query]");
    if (first && !first.value) first.value = searchInput(picker).value.trim();
    first?.focus();
  });
}

/** Leave out what is chosen already. */
function tidyOptions(picker) {
  const chosen = new Set(chosenInputs(picker).map((input) => input.value));
  for (const input of optionInputs(picker)) {
    if (chosen.has(input.value)) input.closest("label").remove();
  }
}

function choose(picker, input) {
  const row = input.closest("label");
  const next = row.nextElementSibling?.querySelector("input");
  const list = picker.querySelector(".chosen");
  const name = row.querySelector("[data-label]").cloneNode(true);
  name.querySelector(".native")?.remove();
  name.removeAttribute("data-label");

  input.checked = true;
  const item = chosenItem(input, row.querySelector("b"), name);
  if ("multiple" in picker.dataset) {
    row.remove();
  } else {
    list.replaceChildren();
    picker.querySelector(".options").replaceChildren();
  }
  list.append(item);
  addRemoveButton(picker, item);
  announce(name.textContent);
  forgetQuery(picker);
  (next?.isConnected ? next : searchInput(picker)).focus();
}

function chosenItem(input, code, name) {
  const label = document.createElement("label");
  label.append(input, ...(code ? [" ", code] : []), " ", name);
  const chip = document.createElement("span");
  chip.className = "chip chip-pick";
  chip.append(label);
  const item = document.createElement("li");
  item.append(chip);
  return item;
}

/** Choose a record by what is known of it: key, code, label, and what marks an example. */
export function putChosen(picker, { value, code, label, example }) {
  const element = (tag, facts) => Object.assign(document.createElement(tag), facts);
  const input = element("input", { type: "multiple" in picker.dataset ? "checkbox" : "radio", name: picker.dataset.name, value });
  input.setAttribute("checked", "");
  const name = element("span", { textContent: label });
  if (example) name.append(" ", element("span", { className: "ex", textContent: example }));
  const item = chosenItem(input, code && element("b", { textContent: code }), name);
  picker.querySelector(".chosen").append(item);
  if ("ready" in picker.dataset) addRemoveButton(picker, item);
}

function addRemoveButton(picker, item) {
  const name = item.querySelector("label").textContent.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", `${picker.dataset.remove}: ${name}`);
  const icon = picker.querySelector(".picker-in .i").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#x-lg"));
  button.append(icon);
  button.addEventListener("click", () => {
    const neighbour = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
    item.remove();
    (neighbour ?? searchInput(picker)).focus();
    announce(button.getAttribute("aria-label"));
  });
  item.querySelector(".chip").append(button);
}

/** Arrows walk from the search field through the options; Enter looks, chooses or adds, and never sends the form. */
function steer(picker, event) {
  const inputs = [searchInput(picker), ...optionInputs(picker)];
  const at = inputs.indexOf(event.target);
  if (["ArrowDown", "ArrowUp"].includes(event.key) && at >= 0) {
    event.preventDefault();
    inputs[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), inputs.length - 1)].focus();
  } else if (event.key === "Enter" && at === 0) {
    event.preventDefault();
    event.target.dispatchEvent(new Event("search"));
  } else if (event.key === "Enter" && at > 0) {
    event.preventDefault();
    event.target.click();
  } else if (event.key === "Enter" && event.target.matches(".picker-new input")) {
    event.preventDefault();
    picker.querySelector('.picker-new [type="submit"]')?.click();
  }
}

/** What was typed has found what was looked for; typed again it would look as if it were still to be chosen. */
function forgetQuery(picker) {
  searchInput(picker).value = "";
  nameNew(picker);
}

function nameNew(picker) {
  const place = picker.querySelector("[data-query]");
  const query = searchInput(picker).value.trim();
  if (place) place.textContent = query ? `: ${query}` : "";
}
