import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";

const slice = 12; // milliseconds of work before the page may do something else

/**
 * Gives each node a place: countries apart, what is linked near each other. Always the same for the same facts.
 *
 * It works in short slices, so that the page stays usable meanwhile.
 */
export async function arranged(nodes, pairs) {
  const countries = [...new Set(nodes.map(([, , , country]) => country))].sort();
  const wide = 30 * Math.sqrt(nodes.length);
  const points = nodes.map(([, , , country], place) => {
    const turn = (2 * Math.PI * countries.indexOf(country)) / countries.length;
    const inner = 2.4 * place; // the golden angle spreads the nodes of a country evenly
    const centre = country ? wide : 0;
    const home = [centre * Math.cos(turn), centre * Math.sin(turn)];
    const away = 9 * Math.sqrt(place + 1);
    return { home, x: home[0] + away * Math.cos(inner), y: home[1] + away * Math.sin(inner) };
  });
  const links = pairs.map(([source, target]) => ({ source, target }));
  const large = nodes.length > 600;
  const simulation = forceSimulation(points)
    .force("link", forceLink(links).distance(36).strength(large ? 0.12 : 0.25))
    .force("apart", forceManyBody().strength(-60).theta(1.1).distanceMax(500))
    .force("touch", forceCollide(large ? 7 : 12).iterations(1))
    .force("home x", forceX((point) => point.home[0]).strength(0.06))
    .force("home y", forceY((point) => point.home[1]).strength(0.06))
    .stop();
  const steps = large ? 90 : 200;
  simulation.alphaDecay(1 - 0.002 ** (1 / steps));
  let pause = performance.now() + slice;
  for (let step = 0; step < steps; step += 1) {
    simulation.tick();
    if (performance.now() > pause) {
      await new Promise((go) => setTimeout(go));
      pause = performance.now() + slice;
    }
  }
  return points.map(({ x, y }) => [Math.round(x), Math.round(y)]);
}
