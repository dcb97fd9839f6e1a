// A table that scrolls sideways where the page is narrow.

import { h } from "./dom.js";

/** `columns`: the name of each, "" for the one with the actions, or a `th`. `body`: a `tbody`, or the rows. */
export function scrollingTable(label, columns, body) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map(head))),
    Array.isArray(body) ? h("tbody", {}, body) : body));
}

function head(name) {
  return name instanceof Node ? name : h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "actions"));
}

/** The head of a column of figures. */
export const numberHead = (name) => h("th", { scope: "col", class: "number" }, name);
