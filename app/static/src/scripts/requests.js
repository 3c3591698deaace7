/** What a reader sees when a request of htmx's fails: a message on the page instead of an error page in a table cell. */
export function requests() {
  document.addEventListener("htmx:response:error", (event) => {
    // A refused form answers with itself and is shown in its place.
    if (event.detail.ctx.response.status !== 422) show("request-failed");
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error?.name === "TypeError" || event.detail.ctx?.request.signal.reason === "timeout") {
      show("request-offline");
    }
  });
  document.addEventListener("htmx:after:settle", clear);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clear();
  });
}

function show(id) {
  clear();
  document.getElementById("messages").append(document.getElementById(id).content.cloneNode(true));
}

function clear() {
  for (const message of document.querySelectorAll("#messages > .toast")) message.remove();
}
