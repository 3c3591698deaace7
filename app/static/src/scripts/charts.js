/** Draw the charts of `root`. Their library is large, so it is fetched only where there is one. */
export function charts(root) {
  for (const box of root.querySelectorAll("[data-chart]")) {
    import(box.dataset.script)
      .then(({ draw }) => draw(box))
      .catch(() => {
        box.closest(".chart").hidden = true; // the table beneath says the same
      });
  }
}
