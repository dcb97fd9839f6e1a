// Figures drawn as bars: the scores of an audit, and a rate with its interval and what it needs.

import { h } from "./dom.js";
import { length, words } from "./format.js";

/** The entries of a list of scores (0 to 5): the overall one, then each dimension with a bar. */
export function scoreEntries(overallName, { overall, scores }) {
  return [
    h("div", { class: "overall" }, h("dt", {}, overallName), h("dd", {}, overall.toFixed(1))),
    Object.entries(scores).map(([name, score]) =>
      h("div", {}, h("dt", {}, words(name)), h("dd", {}, h("span", { class: "level-bar", "aria-hidden": "true", vars: { "--level": length(score / 5) } }), score.toFixed(1)))),
  ];
}

/** A rate as a dot on its interval, with a mark at the least that it should be; all are shares. */
export function intervalBar([low, high], rate, need) {
  return h("div", { class: "interval", "aria-hidden": "true", vars: { "--low": length(low), "--high": length(high), "--rate": length(rate), "--need": length(need) } },
    h("span", { class: "span" }), h("span", { class: "dot" }), h("span", { class: "need" }));
}
