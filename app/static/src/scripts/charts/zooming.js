/**
 * Nearer and farther by buttons, and by the wheel with Ctrl or ⌘ held: a wheel alone scrolls the page past the chart.
 * On a phone a finger does so, too, until one has come nearer; then it moves the picture, until all of it is shown again.
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
  const narrow = () => matchMedia("(max-width: 767.98px)").matches;
  const moves = (may) => {
    const roam = may ? "move" : false;
    chart.setOption(kind.zoom === "geo" ? { geo: { roam } } : { series: [{ roam }] });
  };
  for (const button of figure.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      turn(Number(button.dataset.zoom));
      moves(true);
    });
  }
  const whole = figure.querySelector("[data-whole]");
  if (whole) {
    whole.hidden = false;
    whole.addEventListener("click", () => {
      const seen = { zoom: 1, center: null };
      chart.setOption(kind.zoom === "geo" ? { geo: seen } : { series: [seen] });
      moves(!narrow());
    });
  }
  moves(!narrow());
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
