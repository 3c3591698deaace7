/** Menus: the sheet on phones (#menu, shown by :target) and the small ones that open under a button (details.drop). */
export function menus() {
  window.addEventListener("hashchange", followSheet);
  document.addEventListener("toggle", closeOtherMenus, true);
  document.addEventListener("click", (event) => closeMenus((menu) => !menu.contains(event.target)));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });
  followSheet();
}

const sheet = () => document.getElementById("menu");
const sheetIsOpen = () => location.hash === "#menu" && sheet() && getComputedStyle(sheet()).position === "fixed";

/** Keep the keyboard in the sheet while it is open, and give it back to the button that opened it. */
function followSheet() {
  if (!sheet()) return;
  const open = sheetIsOpen();
  const wasOpen = "open" in sheet().dataset;
  for (const part of sheet().parentElement.children) {
    if (part !== sheet()) part.inert = open;
  }
  sheet().toggleAttribute("data-open", open);
  if (open) sheet().querySelector("a").focus();
  else if (wasOpen) document.querySelector('.tabbar [href="#menu"]')?.focus();
}

function closeOtherMenus(event) {
  const opened = event.target;
  if (opened.matches("details.drop") && opened.open) closeMenus((menu) => menu !== opened);
}

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (which(menu)) menu.open = false;
  }
}

function leave() {
  if (sheetIsOpen()) {
    location.hash = "#main";
    return;
  }
  const menu = document.querySelector("details.drop[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}
