import { announce } from "./announcement.js";

/** Lists that follow their filters: tidy addresses, one step in history per search, and the count said aloud. */
export function lists() {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id !== "find") return;
    if (ctx.sourceEvent.type === "change" && ctx.sourceEvent.target.type === "search") {
      event.preventDefault(); // typing has asked already
      return;
    }
    for (const [name, value] of [...ctx.request.body]) {
      if (value === "") ctx.request.body.delete(name);
    }
    if (ctx.sourceEvent.type === "input" && new URLSearchParams(location.search).has("q")) {
      ctx.push = null; // the next letter of the same word
      ctx.replace = "true";
    }
  });
  document.addEventListener("htmx:after:settle", (event) => {
    const count = event.target.closest("#results")?.querySelector(".below p, .empty p");
    if (count) announce(count.textContent);
  });
}
