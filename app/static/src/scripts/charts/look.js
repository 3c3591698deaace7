/** The portal's own colours and letters, read from the page, because a picture cannot name a custom property. */

const names = {
  accent: "--accent",
  done: "--done",
  ground: "--ground",
  ink: "--ink",
  late: "--late",
  line: "--line",
  lineStrong: "--line-strong",
  muted: "--muted",
  ochre: "--star-b",
  raised: "--raised",
  sealed: "--sealed",
  surface: "--surface",
  tint: "--tint",
};
const changes = ["(prefers-color-scheme: dark)", "print"];

/** Returns the colours and the font in force, and whether there is little room. */
export function look(box) {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.entries(names).map(([name, property]) => [name, style.getPropertyValue(property).trim()]);
  return { ...Object.fromEntries(colours), font: getComputedStyle(document.body).fontFamily, narrow: box.clientWidth < 600 };
}

/** Calls `redraw` whenever the colours change: dark or light, chosen or by the system, and on paper. */
export function onNewLook(redraw) {
  const queries = changes.map((query) => matchMedia(query));
  const chosen = new MutationObserver(redraw);
  queries.forEach((query) => query.addEventListener("change", redraw));
  chosen.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  return () => {
    queries.forEach((query) => query.removeEventListener("change", redraw));
    chosen.disconnect();
  };
}

/** Returns `text` fit for the HTML of a tooltip. */
export function escaped(text) {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML;
}

/** Returns a number as the reader writes it. */
export function written(number) {
  return new Intl.NumberFormat(document.documentElement.lang || "en").format(number);
}
