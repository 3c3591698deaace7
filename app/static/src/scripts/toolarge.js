/**
 * Files that the portal would turn away are not sent: the browser says so at their field, and what was typed stays.
 * Everything else about them is judged by the portal, this once more, too.
 */
export function tooLarge() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const fields = [...form.elements].filter((field) => field.type === "file" && field.files.length);
      const octets = fields.flatMap((field) => [...field.files]).reduce((sum, file) => sum + file.size, 0);
      if (!form.dataset.most || octets <= Number(form.dataset.most)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      fields[0].setCustomValidity(form.dataset.tooLarge);
      fields[0].reportValidity();
      fields[0].addEventListener("change", () => fields[0].setCustomValidity(""), { once: true });
    },
    true,
  );
}
