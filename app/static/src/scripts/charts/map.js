import { ScatterChart } from "echarts/charts";
import { GeoComponent } from "echarts/components";
import { registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { geoConicConformal } from "d3-geo";
import { escaped, written } from "./look.js";

use([GeoComponent, ScatterChart, SVGRenderer]);

const projection = geoConicConformal().parallels([42, 62]).rotate([-25, 0]).center([0, 52]).scale(1000).translate([0, 0]);
const margin = 2.5; // degrees around the outermost points
let known; // the map is fetched once a page

/** Returns north-west and south-east of the points, with a margin and not too near. */
function bounds(places) {
  const west = Math.min(...places.map(({ lon }) => lon)) - margin;
  const east = Math.max(...places.map(({ lon }) => lon)) + margin;
  const south = Math.min(...places.map(({ lat }) => lat)) - margin;
  const north = Math.max(...places.map(({ lat }) => lat)) + margin;
  return [
    [west, north],
    [east, south],
  ];
}

/** Who is where; facts: {map: address, countries: [alpha-3 codes], places: [{name, count, words, lat, lon, row, url}]}. */
export async function map(box, { map: address, countries, places }) {
  known ??= fetch(address).then((answer) => {
    if (!answer.ok) throw new Error(`The map answers ${answer.status}`);
    return answer.json();
  });
  registerMap("area", await known);
  const most = Math.max(...places.map(({ count }) => count));
  const points = places.map(({ name, count, words, lat, lon }) => ({ name, words, value: [lon, lat, count] }));
  return {
    zoom: "geo",
    options: (look) => ({
      geo: {
        map: "area",
        projection: { project: (point) => projection(point), unproject: (point) => projection.invert(point) },
        boundingCoords: bounds(places),
        silent: true,
        scaleLimit: { min: 1, max: 12 },
        itemStyle: { areaColor: look.surface, borderColor: look.line, borderWidth: 1 },
        emphasis: { disabled: true },
        regions: countries.map((name) => ({
          name,
          itemStyle: { areaColor: look.tint, borderColor: look.lineStrong },
        })),
      },
      series: [
        {
          type: "scatter",
          coordinateSystem: "geo",
          data: points,
          symbol: "diamond",
          symbolSize: ([, , count]) => (12 + 18 * Math.sqrt((count - 1) / Math.max(most - 1, 1))) * (look.narrow ? 0.7 : 1),
          cursor: "pointer",
          itemStyle: { color: look.accent, borderColor: look.surface, borderWidth: 1.5, opacity: 1 },
          emphasis: { scale: 1.25, itemStyle: { color: look.late } },
          label: {
            show: !look.narrow,
            formatter: ({ name }) => name,
            position: "right",
            color: look.ink,
            fontSize: 12,
            textBorderColor: look.tint,
            textBorderWidth: 3,
          },
          labelLayout: { hideOverlap: true },
        },
      ],
      tooltip: {
        trigger: "item",
        formatter: ({ name, value, data }) => `<b>${escaped(name)}</b> ${written(value[2])}<br>${escaped(data.words)}`,
      },
    }),
    begin(chart) {
      const row = (place) => document.getElementById(places[place].row);
      chart.on("click", ({ dataIndex }) => {
        if (dataIndex === undefined) return;
        if (places[dataIndex].url) location.assign(places[dataIndex].url);
        else location.hash = places[dataIndex].row;
      });
      places.forEach((_place, dataIndex) => {
        const show = () => {
          chart.dispatchAction({ type: "highlight", seriesIndex: 0, dataIndex });
          chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex });
        };
        const hide = () => {
          chart.dispatchAction({ type: "downplay", seriesIndex: 0, dataIndex });
          chart.dispatchAction({ type: "hideTip" });
        };
        for (const [event, react] of [["focusin", show], ["mouseenter", show], ["focusout", hide], ["mouseleave", hide]]) {
          row(dataIndex)?.addEventListener(event, react);
        }
      });
    },
  };
}
