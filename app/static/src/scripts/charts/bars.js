import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { written } from "./look.js";

use([BarChart, GridComponent, LegendComponent, SVGRenderer]);

const row = { wide: 26, narrow: 42 }; // labels take two lines where there is little room

/** Bars lying one beneath the other, stacked where there are several series; facts: {head: […], rows: [[label, …]]}. */
export function bars(box, { head, rows }) {
  const series = head.slice(1);
  box.style.height = `${rows.length * (box.clientWidth < 600 ? row.narrow : row.wide) + (series.length > 1 ? 76 : 40)}px`;
  return {
    decal: series.length > 1,
    options: (look) => ({
      color: [look.accent, look.ochre, look.sealed, look.done, look.late],
      legend: { show: series.length > 1, top: 0, left: 0, textStyle: { color: look.ink, fontFamily: look.font } },
      grid: { left: 0, right: 40, top: series.length > 1 ? 36 : 4, bottom: 4, outerBoundsMode: "same" },
      xAxis: {
        type: "value",
        minInterval: 1,
        axisLabel: { color: look.muted, fontSize: 12, formatter: written },
        splitLine: { lineStyle: { color: look.line } },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: rows.map(([label]) => label),
        axisLabel: { color: look.ink, fontSize: 13, lineHeight: 16, width: look.narrow ? 140 : 240, overflow: "break", interval: 0 },
        axisLine: { lineStyle: { color: look.lineStrong } },
        axisTick: { show: false },
      },
      series: series.map((name, place) => ({
        name,
        type: "bar",
        stack: "all",
        barMaxWidth: 16,
        data: rows.map((figures) => figures[place + 1]),
        label: {
          show: series.length === 1,
          position: "right",
          color: look.ink,
          fontSize: 12,
          formatter: ({ value }) => written(value),
        },
      })),
      tooltip: { trigger: "item" },
    }),
  };
}
