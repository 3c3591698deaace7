/**
 * Charts, by Apache ECharts: a module that main.js fetches where a page has an element with `data-chart`.
 *
 * The element stands in a figure made by components/chart.html, with the facts as JSON beside it and the same figures as
 * a table beneath. A kind of chart is a function of (box, facts, look) that gives the options, and what it listens to.
 */
import { init, registerLocale, use } from "echarts/core";
import { AriaComponent, TooltipComponent } from "echarts/components";
import { LabelLayout } from "echarts/features";
import EN from "echarts/lib/i18n/langEN.js";
import DE from "echarts/lib/i18n/langDE.js";
import UK from "echarts/lib/i18n/langUK.js";
import NB from "echarts/lib/i18n/langnb-NO.js";
import { bars } from "./bars.js";
import { look, onNewLook } from "./look.js";
import { map } from "./map.js";
import { network } from "./network.js";
import { zooming } from "./zooming.js";

use([AriaComponent, TooltipComponent, LabelLayout]);

const kinds = { bars, map, network };
const shipped = { de: DE, en: EN, nb: NB, uk: UK };

/** Returns the name of ECharts' words for the page's language; where it has none, the browser names the months. */
function locale() {
  const language = document.documentElement.lang || "en";
  const words = shipped[language.split("-")[0]];
  if (words) {
    registerLocale(language, words);
  } else {
    const months = (month) =>
      [...Array(12).keys()].map((number) =>
        new Intl.DateTimeFormat(language, { month, timeZone: "UTC" }).format(Date.UTC(2025, number, 15)),
      );
    const time = { ...EN.time, month: months("long"), monthAbbr: months("short") };
    registerLocale(language, { ...EN, time });
  }
  return language.toUpperCase();
}

/** Draw one chart, and draw it anew when colours or the size of its box change. */
export async function draw(box) {
  const figure = box.closest(".picture");
  const facts = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const kind = await kinds[box.dataset.chart](box, facts);
  const chart = init(box, null, { renderer: kind.renderer ?? "svg", locale: locale() });
  const show = () => {
    const current = look(box);
    const options = kind.options(current);
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: current.font, color: current.ink },
      ...options,
      tooltip: {
        backgroundColor: current.surface,
        borderColor: current.lineStrong,
        textStyle: { color: current.ink, fontFamily: current.font, fontSize: 13 },
        confine: true,
        transitionDuration: 0,
        ...options.tooltip,
      },
      aria: { enabled: true, label: { description: box.dataset.label }, decal: { show: Boolean(kind.decal) } },
    });
  };
  show();
  kind.begin?.(chart, figure, show);
  if (kind.zoom) zooming(box, chart, figure, kind);
  const end = () => {
    forget();
    sized.disconnect();
    chart.dispose();
  };
  const sized = new ResizeObserver(() => {
    if (!box.isConnected) end(); // htmx put another part of the page in its place
    else if (box.clientWidth && (chart.getWidth() !== box.clientWidth || chart.getHeight() !== box.clientHeight)) {
      chart.resize();
      show();
    }
  });
  const forget = onNewLook(() => (box.isConnected ? show() : end()));
  sized.observe(box);
  box.dataset.drawn = "";
}
