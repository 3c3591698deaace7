import { putChosen } from "../pickers.js";

/**
 * What was typed into a form: `fields`, pairs of name and value, and `chosen`, for each picker the records chosen in it
 * with their labels. Never files, passwords and the token of the session, nor what was looked for.
 */
export function typed(form) {
  const fields = [];
  for (const field of ownFields(form)) {
    if (isTick(field) && !field.checked) continue;
    const values = field.type === "select-multiple" ? [...field.selectedOptions].map((option) => option.value) : [field.value];
    for (const value of values) fields.push([field.name, value]);
  }
  const chosen = Object.fromEntries(pickersOf(form).map((picker) => [picker.dataset.name, chosenIn(picker)]));
  return { fields, chosen };
}

/** Put what was typed into a form, in place of everything that is in it. */
export function fill(form, { fields, chosen }) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  const places = new Map();
  for (const field of ownFields(form)) {
    const given = values.get(field.name) ?? [];
    if (isTick(field)) field.checked = given.includes(field.value);
    else if (field.type === "select-multiple") for (const option of field.options) option.selected = given.includes(option.value);
    else {
      const place = places.get(field.name) ?? 0;
      places.set(field.name, place + 1);
      field.value = given[place] ?? "";
    }
  }
  for (const picker of pickersOf(form)) {
    picker.querySelector(".chosen").replaceChildren();
    for (const option of chosen[picker.dataset.name] ?? []) putChosen(picker, option);
  }
  for (const part of form.querySelectorAll("details")) {
    if ([...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value && !isTick(field))) part.open = true;
  }
}

/** The same with nothing typed: what is chosen from a list or ticked stays, texts and records go. */
export function emptied(form, { fields, chosen }) {
  const texts = new Set(ownFields(form).filter(isText).map((field) => field.name));
  const several = new Set(pickersOf(form).filter((picker) => "multiple" in picker.dataset).map((picker) => picker.dataset.name));
  return {
    fields: fields.filter(([name]) => !texts.has(name)),
    chosen: Object.fromEntries(Object.entries(chosen).filter(([name]) => !several.has(name))),
  };
}

/** What a form would send, with the button that was pressed, as pairs of name and value. */
export function sendable({ fields, chosen }, button) {
  const records = Object.entries(chosen).flatMap(([name, options]) => options.map(({ value }) => [name, value]));
  return [...fields, ...records, ...(button?.name ? [[button.name, button.value]] : [])];
}

/** The field of a form that holds its submission key. */
export const keyField = (form) => form.querySelector('[name="submission_key"]');

/** Give the form a key of its own, for a record that is another one. */
export function renewKey(form) {
  keyField(form).value = crypto.randomUUID();
}

const LEFT_OUT = new Set(["button", "file", "fieldset", "image", "password", "reset", "search", "submit"]);
const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const isText = (field) => !isTick(field) && field.type !== "hidden" && !field.type.startsWith("select");
const pickersOf = (form) => [...form.querySelectorAll("[data-picker]")];

function ownFields(form) {
  return [...form.elements].filter(
    (field) => field.name && field.name !== "csrf_token" && !LEFT_OUT.has(field.type) && !field.closest(".chosen, .options"),
  );
}

function chosenIn(picker) {
  return [...picker.querySelectorAll(".chosen li")].map((item) => {
    const label = item.querySelector("label > span").cloneNode(true);
    const mark = label.querySelector(".ex");
    mark?.remove();
    return {
      value: item.querySelector("input").value,
      code: item.querySelector("b")?.textContent ?? "",
      label: label.textContent.trim(),
      example: mark?.textContent ?? "",
    };
  });
}
