/**
 * Organisations in the picture of influence and interest are dragged to another field. Dropping one asks why and sends
 * the form that judging by hand sends; without script, and by keyboard, the table beneath leads to that form.
 */
const FAR_ENOUGH = 6; // units of the drawing: less is a click

export function pictures(root) {
  const svg = root.querySelector?.("svg[data-picture]");
  const dialog = root.querySelector?.("dialog[data-move]");
  if (!svg || !dialog?.showModal || "ready" in svg.dataset) return;
  svg.dataset.ready = "";
  const { cellWidth, cellHeight, levels } = svg.dataset;
  let held = null;

  const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const within = (level) => Math.min(Math.max(level, 1), Number(levels));
  const put = (mark, place) => mark.setAttribute("transform", place);

  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    const mark = event.target.closest("[data-entry]");
    if (mark && event.button === 0) held = { mark, from: point(event), place: mark.getAttribute("transform") };
  });
  // By a finger the page would scroll instead: browsers do not heed touch-action on what an SVG is made of. Beside the
  // organisations it scrolls as ever.
  svg.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const now = point(event);
    if (!held.moved && Math.hypot(now.x - held.from.x, now.y - held.from.y) < FAR_ENOUGH) return;
    if (!held.moved) svg.setPointerCapture(event.pointerId);
    held.moved = true;
    held.mark.classList.add("held");
    put(held.mark, `translate(${now.x} ${now.y})`);
  });
  svg.addEventListener("pointercancel", () => letGo());
  svg.addEventListener("pointerup", (event) => {
    if (!held?.moved) return (held = null);
    const { x, y } = point(event);
    const interest = within(Math.floor(x / cellWidth) + 1);
    const influence = within(Number(levels) - Math.floor(y / cellHeight));
    const { mark } = held;
    svg.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
    if (`${influence} ${interest}` === `${mark.dataset.influence} ${mark.dataset.interest}`) return letGo();
    ask(mark, influence, interest);
  });

  function ask(mark, influence, interest) {
    const form = dialog.querySelector("form");
    form.action = mark.dataset.entry;
    const values = { ...mark.dataset, influence, interest };
    for (const name of ["version", "influence", "interest", "attitude", "engagement"]) form.elements[name].value = values[name];
    dialog.querySelector("[data-name]").textContent = mark.dataset.name;
    const said = dialog.querySelector("[data-said]");
    said.textContent = said.dataset.said.replace("{influence}", influence).replace("{interest}", interest);
    form.elements.reason.value = "";
    dialog.showModal();
    form.elements.reason.focus();
  }

  function letGo() {
    if (!held) return;
    held.mark.classList.remove("held");
    put(held.mark, held.place);
    held = null;
  }

  dialog.addEventListener("close", letGo);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}
