/** A form that came back with errors, or after an edit conflict, starts at their summary. */
export function errorSummary(root) {
  const summary = root.querySelector("#errors");
  summary?.focus();
  // The address may name another part, to which the browser goes once the page is there.
  if (summary && location.hash) requestAnimationFrame(() => summary.focus());
}
