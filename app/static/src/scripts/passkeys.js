/**
 * Passkeys: hands the server's options to the browser and what the passkey answers back to the server, by a form.
 *
 * A form with `data-passkey` ("create" or "get") and `data-options` (JSON as the WebAuthn specification has it, binary
 * parts in base64url) starts at once; when that fails it says why, and its button tries again.
 */

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

/** Options as the browser wants them. */
function readOptions(json) {
  const options = JSON.parse(json);
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    options[list] = (options[list] ?? []).map((entry) => ({ ...entry, id: toBytes(entry.id) }));
  }
  return options;
}

/** A credential as the server reads it. */
function writeCredential({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]));
  if (response.getTransports) written.transports = response.getTransports();
  return JSON.stringify({ id, rawId: toText(rawId), type, response: written });
}

/** The reason to show for what went wrong. */
function reason(form, error) {
  if (error.name === "InvalidStateError") return form.dataset.known;
  return error.name === "NotAllowedError" || error.name === "AbortError" ? form.dataset.cancelled : form.dataset.unable;
}

async function converse(form) {
  const again = form.querySelector("[data-passkey-again]");
  const status = form.querySelector("[data-passkey-status]");
  again.hidden = true;
  try {
    if (!window.PublicKeyCredential) throw new TypeError("no passkeys here");
    const publicKey = readOptions(form.dataset.options);
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = writeCredential(credential);
    form.submit();
  } catch (error) {
    status.textContent = reason(form, error);
    again.hidden = false;
    again.focus();
  }
}

/** Set up the passkey forms within `root`. */
export function passkeys(root) {
  for (const form of root.querySelectorAll("form[data-passkey]")) {
    form.querySelector("[data-passkey-again]").addEventListener("click", () => converse(form));
    converse(form);
  }
}
