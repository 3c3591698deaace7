/**
 * A form is known by its key, and sent twice it makes one record. Whoever goes back to a form that was sent gets the page
 * anew, with another key, because browsers keep no page of somebody who is signed in. The key is therefore noted with the
 * entry of the browser's history, and put back: then the portal knows the form again and offers what was saved.
 *
 * A form that works without a network is left alone: its drafts are let go once the portal knows their key, and what is
 * typed under an old key would go with them.
 */
const KEYS = "main form:not([data-offline]) input[name=submission_key]";

export function goingBack() {
  const fields = [...document.querySelectorAll(KEYS)];
  const [visit] = performance.getEntriesByType("navigation");
  const noted = history.state?.submissionKeys;
  if (visit?.type === "back_forward" && noted?.length === fields.length) {
    fields.forEach((field, place) => (field.value = noted[place]));
  }
  // With the sending, because htmx notes something of its own with the entry when the page is there.
  addEventListener("submit", () => {
    const submissionKeys = [...document.querySelectorAll(KEYS)].map((field) => field.value);
    if (submissionKeys.length) history.replaceState({ ...history.state, submissionKeys }, "");
  });
}
