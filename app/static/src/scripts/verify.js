/** On the page that checks memoranda, a file is hashed where it is; only its hash is asked for. */
export function verifying(root) {
  const form = root.querySelector?.("form[data-verify]");
  const button = form?.querySelector("[data-hash]");
  if (!button || !globalThis.crypto?.subtle || "ready" in form.dataset) return;
  form.dataset.ready = "";
  button.hidden = false;
  const file = form.elements.file;
  const told = form.querySelector("[data-told]");
  button.addEventListener("click", async () => {
    if (!file.files.length) return file.focus();
    told.textContent = form.dataset.runs;
    try {
      const address = new URL(form.dataset.verify, location.href);
      address.searchParams.set("sha256", await hashOf(file.files[0]));
      address.hash = "result";
      location.assign(address);
    } catch {
      // It is larger than the browser's memory, or was moved or changed since it was chosen.
      told.textContent = form.dataset.failed;
    }
  });
}

async function hashOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}
