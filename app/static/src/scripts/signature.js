/**
 * Signing with a finger, a pen or the mouse on a canvas. What is drawn goes as strokes of whole points into the hidden
 * field beside it: "M10 20L12 24M40 8L44 9". By keyboard one types the name instead, so the canvas takes no focus.
 */
const NEAR = 2; // units of the pad: closer points say nothing new
const MOST = 55000; // letters of strokes that the portal takes

export function signatures(root) {
  for (const pad of root.querySelectorAll?.("[data-signature][hidden]") ?? []) prepare(pad);
}

function prepare(pad) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input");
  const context = canvas.getContext("2d");
  let last = null;
  pad.hidden = false;

  function style() {
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 3;
    context.lineCap = context.lineJoin = "round";
  }

  function point(event) {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    return [
      within(((event.clientX - box.left) * canvas.width) / box.width, canvas.width),
      within(((event.clientY - box.top) * canvas.height) / box.height, canvas.height),
    ];
  }

  function line(from, to) {
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }

  function redraw() {
    context.clearRect(0, 0, canvas.width, canvas.height);
    style();
    if (field.value) context.stroke(new Path2D(field.value));
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || field.value.length > MOST) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    style();
    last = point(event);
    field.value += `M${last.join(" ")}`;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last || field.value.length > MOST) return;
    const next = point(event);
    if (Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]) < NEAR) return;
    line(last, next);
    field.value += `L${next.join(" ")}`;
    last = next;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    field.value = "";
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  redraw();
}
