import { GraphChart } from "echarts/charts";
import { use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { arranged } from "./arranging.js";
import { escaped } from "./look.js";

use([GraphChart, CanvasRenderer]);

const shapes = { circle: "circle", diamond: "diamond", square: "rect", triangle: "triangle" };
const colours = ["accent", "ochre", "sealed", "done", "late"];
const most = 150; // names that are tried; those without room are left out
const few = 60; // names that are tried on a phone
const told = 12; // neighbours of a node that are named beside the picture

/**
 * Who works with whom on what; facts: {kinds: [{label, shape, base}], nodes: [[kind, key, name, country]…],
 * edges: [from, to, from, to…] by place in nodes, focus: place or null, words: {open, focus}}. The best connected first.
 *
 * Drawn on a canvas, because that many nodes as SVG are slow to move; sharp on paper it is not, and need not be.
 */
export async function network(box, { kinds, nodes, edges, focus, words, here }) {
  const pairs = [];
  for (let place = 0; place < edges.length; place += 2) pairs.push([edges[place], edges[place + 1]]);
  const links = new Uint16Array(nodes.length);
  for (const pair of pairs) for (const end of pair) links[end] += 1;
  const scale = Math.min(1, Math.max(0.45, Math.sqrt(250 / nodes.length))); // many are drawn smaller
  const size = (place) => ((place === focus ? 22 : 7) + Math.min(13, 2.2 * Math.sqrt(links[place]))) * scale;
  // Where there is little room the best connected are named; a tap names any.
  const named = (place, { narrow }) => place < (narrow ? few : most) || place === focus;
  const places = await arranged(nodes, pairs);
  return {
    renderer: "canvas",
    zoom: "graph",
    options: (look) => ({
      series: [
        {
          type: "graph",
          layout: "none",
          scaleLimit: { min: 0.6, max: 20 },
          nodeScaleRatio: 0.5,
          preserveAspect: "contain",
          left: 24,
          right: look.narrow ? 90 : 170, // names stand at the right of their nodes
          top: 24,
          bottom: 24,
          categories: kinds.map(({ label }, place) => ({ name: label, itemStyle: { color: look[colours[place % 5]] } })),
          data: nodes.map(([kind, , name], place) => ({
            name,
            x: places[place][0],
            y: places[place][1],
            category: kind,
            symbol: shapes[kinds[kind].shape],
            symbolSize: size(place) * (look.narrow ? 0.65 : 1),
            label: { show: named(place, look) },
          })),
          edges: pairs.map(([source, target]) => ({ source, target })),
          itemStyle: { borderColor: look.surface, borderWidth: nodes.length > 400 ? 0.5 : 1 },
          lineStyle: { color: look.lineStrong, width: nodes.length > 400 ? 0.5 : 1, opacity: nodes.length > 400 ? 0.35 : 0.6 },
          label: {
            position: "right",
            width: look.narrow ? 90 : 170,
            lineHeight: look.narrow ? 13 : 15,
            overflow: "break",
            color: look.ink,
            fontFamily: look.font,
            fontSize: look.narrow ? 11 : 12,
            textBorderColor: look.surface,
            textBorderWidth: 3,
          },
          labelLayout: { hideOverlap: true },
          emphasis: { focus: "adjacency", label: { show: true }, lineStyle: { color: look.accent, width: 1.5, opacity: 1 } },
          blur: { itemStyle: { opacity: 0.2 }, lineStyle: { opacity: 0.06 } },
          cursor: "pointer",
        },
      ],
      tooltip: {
        trigger: "item",
        formatter: ({ dataType, dataIndex, name }) =>
          dataType === "node"
            ? `<b>${escaped(name)}</b><br>${escaped(kinds[nodes[dataIndex][0]].label)} · ${escaped(nodes[dataIndex][3])}`
            : "",
      },
    }),
    begin(chart, figure) {
      const sheet = figure.querySelector("[data-chosen]");
      const leading = (place) => {
        const [kind, key, , , number] = nodes[place];
        return `${here}?focus=${kinds[kind].kind}:${number ?? key}`;
      };
      const close = () => sheet.replaceChildren();
      document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
      chart.on("click", ({ dataType, dataIndex }) => {
        if (dataType !== "node") return;
        const [kind, key, name] = nodes[dataIndex];
        const { base } = kinds[kind];
        const ends = pairs.filter((pair) => pair.includes(dataIndex)).map(([one, other]) => (one === dataIndex ? other : one));
        const beside = [...new Set(ends)].sort((one, other) => one - other);
        const rest = beside.length - told;
        const button = element("button", { type: "button", className: "btn btn-quiet", textContent: words.close });
        button.addEventListener("click", close);
        sheet.replaceChildren(
          element("b", { textContent: name }),
          element("p", { className: "actions" }, [
            ...(base ? [link(`${base}${key}`, words.open)] : []),
            link(leading(dataIndex), words.focus),
            button,
          ]),
          ...(beside.length ? [element("p", { className: "small muted mt-2", textContent: words.links })] : []),
          element("ul", {}, [
            ...beside
              .slice(0, told)
              .map((place) => element("li", {}, [element("a", { href: leading(place), textContent: nodes[place][2] })])),
            ...(rest > 0 ? [element("li", { className: "muted", textContent: `+ ${rest}` })] : []),
          ]),
        );
      });
    },
  };
}

function element(name, facts, children = []) {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
}

function link(href, textContent) {
  return element("a", { href, textContent, className: "btn btn-plain" });
}
