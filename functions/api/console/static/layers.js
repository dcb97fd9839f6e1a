// The tab with the four layers, inside out: what drives the person first, what a stranger sees last.

import { scoreEntries } from "./bars.js";
import { chainOf, chainTable, heldBy, linkUp } from "./chain.js";
import { h } from "./dom.js";
import { heading, words } from "./format.js";
import { findingsList, pinned } from "./findings.js";
import { radar } from "./radar.js";
import { refresh } from "./router.js";

const LAYERS = [
  ["soul", "what drives the person"],
  ["self", "the psychometric profile"],
  ["mask", "how the person speaks"],
  ["surface", "what a stranger sees"],
];

export async function tab(persona, { signal }) {
  const chain = await chainOf(persona, signal);
  const findings = (persona.audit?.findings ?? []).map((finding, index) => ({ ...finding, number: index + 1 }));
  const cards = LAYERS.map(([layer, what], index) => card(persona, layer, what, index + 1, findings, chain, signal));
  const stack = h("div", { class: "layers" }, brief(persona, chain), cards);
  linkUp(stack, chain);
  return h("div", {}, auditLine(persona.audit), stack, chainTable(chain));
}

/** The brief as it came, with the words that became facts underlined. */
function brief(persona, chain) {
  const spans = chain.filter(({ constraint }) => constraint.span).map(({ constraint }) => constraint.span).sort((one, other) => one.start - other.start);
  const characters = [...persona.intent];
  const parts = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start < at) continue;
    parts.push(characters.slice(at, start).join(""), h("span", { class: "fact" }, characters.slice(start, end).join("")));
    at = end;
  }
  return h("article", { class: "layer depth-0", id: "layer-brief", "aria-labelledby": "head-brief" },
    h("header", {}, h("h2", { id: "head-brief" }, "Brief"), h("span", { class: "quiet" }, spans.length ? "as it came; what is underlined became a fact" : "as it came")),
    h("p", { class: "brief-text" }, parts, characters.slice(at).join("")));
}

function card(persona, layer, what, depth, findings, chain, signal) {
  const mine = findings.filter((finding) => finding.field.split(".")[0] === layer);
  const body = layer === "self" ? selfBody(persona.self, mine, chain) : fieldList(layer, persona[layer], mine);
  const edit = async ({ currentTarget }) => {
    const card = currentTarget.closest(".layer");
    currentTarget.remove();
    const { editLayer } = await import("./edit.js");
    await editLayer(card.querySelector(".layer-body"), persona.id, layer, refresh, signal);
  };
  return h("article", { class: `layer depth-${depth}`, id: `layer-${layer}`, "aria-labelledby": `head-${layer}` },
    h("header", {}, h("h2", { id: `head-${layer}` }, heading(layer)), h("span", { class: "quiet" }, what),
      persona.status === "archived" ? null : h("button", { type: "button", class: "plain", "aria-label": `Edit ${heading(layer)}`, onclick: edit }, "Edit")),
    h("div", { class: "layer-body stack" }, body),
    heldBy(layer, chain),
    findingsList(mine));
}

function fieldList(layer, fields, findings) {
  return h("dl", { class: "fields-of" }, Object.entries(fields).map(([name, value]) => field(`${layer}.${name}`, name, value, findings)));
}

function field(path, name, value, findings) {
  const mine = findings.filter((finding) => finding.field === path || finding.field.startsWith(`${path}.`));
  const text = Array.isArray(value)
    ? h("ul", { class: "phrases" }, value.map((item) => h("li", {}, pinned(words(item) === item ? item : words(item), mine, true))))
    : pinned(name === "register" ? words(value) : String(value), mine);
  return h("div", { id: `field-${path.replace(".", "-")}` }, h("dt", {}, words(name)), h("dd", {}, text));
}

function selfBody(self, findings, chain) {
  const { big_five: traits, ...rest } = self;
  return h("div", { class: "self-body" },
    radar(traits, chain),
    h("dl", { class: "fields-of" }, Object.entries(rest).map(([name, value]) =>
      field(`self.${name}`, name, Array.isArray(value) ? value.map(words) : words(value), findings))));
}

function auditLine(audit) {
  if (!audit) return h("p", { class: "notice warn" }, "Not audited by this deployment.");
  return h("dl", { class: "scores", "aria-label": "Audit" },
    scoreEntries("Overall", audit),
    h("div", { class: "judge" }, h("dt", {}, "judge"), h("dd", {}, audit.judge, audit.attempts > 1 ? `, attempt ${audit.attempt} of ${audit.attempts}` : "")),
    audit.stale ? h("div", { class: "stale" }, h("dt", {}, "state"), h("dd", {}, h("span", { class: "badge warn" }, "▲ of the layers before an edit"))) : null);
}
