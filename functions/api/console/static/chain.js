// The constraint chain: what each step demanded of later layers, as chips, arrows between the layers, and a table.

import { get } from "./api.js";
import { fill, h, s, uniqueId } from "./dom.js";
import { words } from "./format.js";
import { scrollingTable } from "./table.js";

const LAYER_OF = { intent_parse: "brief", soul_draft: "soul", self_enrich: "self", mask_build: "mask", surface_ground: "surface" };

/** The links of a persona's chain, each with the layer it comes from (`from`) and the one it holds (`to`). */
export async function chainOf(persona, signal) {
  const reply = await get(`/v1/personas/${persona.id}/constraints`, { signal }).catch(() => ({ data: [] }));
  return reply.data.map((each) => ({ ...each, id: uniqueId("link"), from: LAYER_OF[each.source] ?? "brief", to: targetOf(each.constraint) }));
}

function targetOf(constraint) {
  if (constraint.kind === "fact") return constraint.field === "other" ? "soul" : "surface";
  if (constraint.kind === "trait_bound") return "self";
  if (constraint.kind === "voice_demand") return "mask";
  return constraint.layer;
}

function demandOf(constraint) {
  if (constraint.kind === "fact" && constraint.field === "other") return constraint.value;
  if (constraint.kind === "fact") return `${words(constraint.field.split(".").pop())}: ${constraint.value}`;
  if (constraint.kind === "trait_bound") return `${constraint.trait} ${constraint.minimum}–${constraint.maximum}`;
  if (constraint.kind === "voice_demand") return words(constraint.marker);
  return constraint.text;
}

const reasonOf = (constraint) => (constraint.kind === "fact" ? `“${constraint.quote}”` : constraint.reason ?? "");

/** The chips of what holds a layer. */
export function heldBy(layer, chain) {
  const mine = chain.filter((each) => each.to === layer);
  if (!mine.length) return null;
  return h("ul", { class: "held-by", "aria-label": "Held to" }, mine.map((each) =>
    h("li", {}, h("button", { type: "button", class: "chip link-chip", dataset: { link: each.id }, title: reasonOf(each.constraint) },
      h("span", { class: "quiet" }, `${each.from} `), demandOf(each.constraint)))));
}

/** Draws an arrow from layer to layer while a chip has the pointer or the focus. */
export function linkUp(stack, chain) {
  const arrows = s("svg", { class: "arrows", "aria-hidden": "true" });
  stack.append(arrows);
  const show = (event) => {
    // The chip under the pointer, else the one with the focus.
    const hovered = event.type.startsWith("pointer") ? event.target.closest?.("[data-link]") : null;
    const focused = event.type === "focusout" ? null : document.activeElement?.closest("[data-link]");
    const chip = hovered ?? focused;
    const found = chip && chain.find((each) => each.id === chip.dataset.link);
    for (const card of stack.querySelectorAll(".linked")) card.classList.remove("linked");
    fill(arrows);
    if (!found) return;
    const target = stack.querySelector(`#layer-${found.to}`);
    const source = stack.querySelector(`#layer-${found.from}`);
    target?.classList.add("linked");
    source?.classList.add("linked");
    if (source && target && source !== target) fill(arrows, arrow(stack, source, chip));
  };
  for (const type of ["pointerover", "focusin", "focusout", "pointerleave"]) stack.addEventListener(type, show);
}

function arrow(stack, source, chip) {
  const frame = stack.getBoundingClientRect();
  const from = source.getBoundingClientRect();
  const to = chip.getBoundingClientRect();
  // From edge to edge through the gutter, so that it crosses no text.
  const edge = from.left - frame.left;
  const y1 = from.top - frame.top + from.height / 2;
  const y2 = to.top - frame.top + to.height / 2;
  return [
    s("circle", { cx: edge, cy: y1, r: 4 }),
    s("path", { d: `M ${edge} ${y1} C ${edge - 34} ${y1}, ${edge - 34} ${y2}, ${edge - 4} ${y2}` }),
    s("path", { class: "tip", d: `M ${edge - 7} ${y2 - 5} L ${edge + 2} ${y2} L ${edge - 7} ${y2 + 5} Z` }),
  ];
}

/** The whole chain as a table, closed at first. */
export function chainTable(chain) {
  if (!chain.length) return null;
  return h("details", { class: "chain" },
    h("summary", {}, `Constraint chain, ${chain.length} links`),
    scrollingTable("Constraint chain", ["from", "to", "demand", "because"], chain.map((each) =>
      h("tr", {}, h("td", {}, each.from), h("td", {}, each.to), h("td", {}, demandOf(each.constraint)), h("td", {}, reasonOf(each.constraint))))));
}
