// The plot of an evaluation: the difference of each brief as a dot, and the mean with its interval.

import { h, s } from "./dom.js";

const WIDTH = 720;
const HEIGHT = 150;
const EDGE = 14;
const BASE = 112;
const COLUMN = 8;

/** A figure, or null while no brief has a score of both sides. */
export function differencePlot({ rows, measures }) {
  const differences = rows.map((row) => row.difference).filter((value) => value !== null);
  const overall = measures.find((each) => each.name === "overall");
  if (!differences.length || !overall) return null;
  const { interval, margin, difference } = overall;
  const most = Math.max(...[...differences, margin, interval?.low ?? 0, interval?.high ?? 0].map(Math.abs)) * 1.08 || 1;
  const x = (value) => WIDTH / 2 + (value / most) * (WIDTH / 2 - EDGE);
  const stacks = new Map();
  const places = differences.map((value) => {
    const column = Math.round(x(value) / COLUMN);
    const height = stacks.get(column) ?? 0;
    stacks.set(column, height + 1);
    return [column, height];
  });
  // The highest stack fits: with many briefs the dots of a column cover each other in part.
  const step = Math.min(COLUMN, (BASE - 20) / Math.max(...stacks.values()));
  const dots = places.map(([column, height]) => s("circle", { class: "own", cx: column * COLUMN, cy: BASE - 8 - height * step, r: 3 }));
  const better = differences.filter((value) => value > 0).length;
  const worse = differences.filter((value) => value < 0).length;
  const mean = interval ? `mean ${difference.toFixed(2)}, 95 % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}` : `mean ${difference?.toFixed(2) ?? "unknown"}`;
  const label = `Differences of ${differences.length} briefs: ${better} better with B, ${worse} worse; ${mean}`;
  return h("figure", { class: "card plot" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
      s("rect", { class: "margin", x: x(-margin), width: x(margin) - x(-margin), y: 6, height: BASE - 6 }),
      s("line", { class: "base", x1: EDGE, x2: WIDTH - EDGE, y1: BASE, y2: BASE }),
      s("line", { class: "base", x1: x(0), x2: x(0), y1: 6, y2: BASE }),
      dots,
      interval ? s("line", { class: "mean", x1: x(interval.low), x2: x(interval.high), y1: BASE + 10, y2: BASE + 10 }) : null,
      difference === null ? null : s("path", { class: "other", d: `M ${x(difference)} ${BASE + 3} l 7 7 l -7 7 l -7 -7 Z` }),
      s("text", { x: EDGE, y: HEIGHT - 6 }, "A is better"),
      s("text", { x: x(0), y: HEIGHT - 6, "text-anchor": "middle" }, "0"),
      s("text", { x: WIDTH - EDGE, y: HEIGHT - 6, "text-anchor": "end" }, "B is better")),
    h("figcaption", { class: "small quiet" }, `● one brief, its score with B less that with A: ${better} better, ${worse} worse · ◆ ${mean} · the band is the margin of ${margin}, within which a difference makes none in practice.`));
}
