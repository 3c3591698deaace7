/** Speak `text` to screen readers, through the live region of the page. */
export function announce(text) {
  const region = document.getElementById("announcement");
  if (region) region.textContent = text;
}
