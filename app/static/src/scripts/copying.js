import { announce } from "./announcement.js";

/** Buttons with data-copy="id of an input" copy its value; they stay hidden where the browser cannot. */
export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const input = document.getElementById(button.dataset.copy);
      input.select();
      await navigator.clipboard.writeText(input.value);
      button.querySelector("span").textContent = button.dataset.copied;
      announce(button.dataset.copied);
    });
  }
}
