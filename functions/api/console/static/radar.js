// The Big Five as a radar, with the bounds that earlier layers set as bands on its axes, and the same as a list.

import { h, s } from "./dom.js";
import { words } from "./format.js";

const RADIUS = 78;
const CENTRE = 110;
const RINGS = [0.25, 0.5, 0.75, 1];

/** `traits`: level 0-1 by name; `chain`: links, of which the trait bounds are drawn. */
export function radar(traits, chain) {
  const names = Object.keys(traits);
  const bounds = Object.fromEntries(names.map((name) => [name, boundsOf(name, chain)]));
  const drawing = s("svg", { viewBox: "0 0 220 220", class: "radar", role: "img", "aria-label": names.map((name) => `${name} ${traits[name].toFixed(2)}`).join(", ") },
    RINGS.map((level) => s("polygon", { class: "ring", points: points(names.map(() => level)) })),
    names.map((name, index) => s("line", { class: "axis", ...line(index, names.length, 0, 1) })),
    names.map((name, index) => (bounds[name] ? s("line", { class: "bound", ...line(index, names.length, bounds[name].low, bounds[name].high) }) : null)),
    s("polygon", { class: "levels", points: points(names.map((name) => traits[name])) }),
    names.map((name, index) => {
      const [x, y] = place(index, names.length, traits[name]);
      return s("circle", { class: "level", cx: x, cy: y, r: 3 });
    }),
    names.map((name, index) => {
      const [x, y] = place(index, names.length, 1.2);
      return s("text", { x, y, "text-anchor": "middle", "dominant-baseline": "middle" }, name.charAt(0).toUpperCase());
    }));
  return h("div", { class: "big-five" }, drawing,
    h("dl", {}, names.map((name) => h("div", { id: `field-self-big_five-${name}` },
      h("dt", {}, words(name)),
      h("dd", {}, h("strong", {}, traits[name].toFixed(2)), bounds[name] ? h("span", { class: "quiet" }, ` held to ${bounds[name].low}–${bounds[name].high}`) : null)))));
}

function boundsOf(trait, chain) {
  const mine = chain.filter(({ constraint }) => constraint.kind === "trait_bound" && constraint.trait === trait);
  if (!mine.length) return null;
  return {
    low: Math.max(...mine.map(({ constraint }) => constraint.minimum)),
    high: Math.min(...mine.map(({ constraint }) => constraint.maximum)),
  };
}

function place(index, count, level) {
  const angle = (index / count) * 2 * Math.PI - Math.PI / 2;
  return [CENTRE + Math.cos(angle) * RADIUS * level, CENTRE + Math.sin(angle) * RADIUS * level];
}

const points = (levels) => levels.map((level, index) => place(index, levels.length, level).join(",")).join(" ");

function line(index, count, from, to) {
  const [x1, y1] = place(index, count, from);
  const [x2, y2] = place(index, count, to);
  return { x1, y1, x2, y2 };
}
