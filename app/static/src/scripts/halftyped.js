/**
 * A date or a time of which only a part was typed counts as empty, and would be saved as "not said". Such a form is not
 * sent; the browser says at the field what is missing. Everything else is judged by the portal.
 */
export function halfTyped() {
  document.addEventListener(
    "submit",
    (event) => {
      const half = [...event.target.elements].find((field) => field.validity?.badInput);
      if (!half) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      half.reportValidity();
    },
    true,
  );
}
