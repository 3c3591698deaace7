/** A form that came back with errors, or after an edit conflict, starts at their summary. */
export function errorSummary(root) {
  const summary = root.querySelector("#errors");
  if (!summary) return;
  // The address may still name a part of the form, to which the browser would go whenever the page is complete.
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  summary.focus();
  if (document.readyState !== "complete") addEventListener("load", () => summary.focus(), { once: true });
}
