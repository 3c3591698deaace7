/** A form that came back with errors, or after an edit conflict, starts at their summary. */
export function errorSummary(root) {
  root.querySelector("#errors")?.focus();
}
