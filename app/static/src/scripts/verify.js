/** On the page that checks memoranda, a file is hashed where it is; only its hash is asked for. */
export function verifying(root) {
  const form = root.querySelector?.("form[data-verify]");
  const button = form?.querySelector("[data-hash]");
  if (!button || !globalThis.crypto?.subtle || "ready" in form.dataset) return;
  form.dataset.ready = "";
  button.hidden = false;
  const file = form.elements.file;
  button.addEventListener("click", async () => {
    if (!file.files.length) return file.focus();
    const digest = await crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer());
    const hash = [...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
    location.assign(`${form.dataset.verify}?sha256=${hash}#result`);
  });
}
