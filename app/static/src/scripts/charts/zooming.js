/**
 * Nearer and farther by buttons, and by the wheel with Ctrl or ⌘ held: a wheel alone scrolls the page past the chart.
 */
export function zooming(box, chart, figure, kind) {
  const turn = (factor) =>
    chart.dispatchAction({
      type: kind.zoom === "geo" ? "geoRoam" : "graphRoam",
      ...(kind.zoom === "geo" ? { componentType: "geo", geoIndex: 0 } : { seriesIndex: 0 }),
      zoom: factor,
      originX: box.clientWidth / 2,
      originY: box.clientHeight / 2,
    });
  for (const button of figure.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => turn(Number(button.dataset.zoom)));
  }
  box.addEventListener(
    "wheel",
    (event) => {
      event.stopPropagation();
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      turn(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    },
    { capture: true, passive: false },
  );
}
