// Where a persona comes from and what was forked from it, as a tree of links.

import { get } from "./api.js";
import { curlButton } from "./curl.js";
import { h } from "./dom.js";
import { when, words } from "./format.js";
import { link } from "./router.js";

/** The card with the lineage. */
export async function lineage(persona, signal) {
  const path = `/v1/personas/${persona.id}/lineage`;
  const found = await get(`${path}?limit=100`, { signal });
  const up = [...found.ancestors].reverse();
  const here = h("li", {}, h("strong", {}, persona.surface.name), h("span", { class: "quiet" }, " this persona"), forks(found.children));
  const tree = up.reduceRight((below, member) => h("li", {}, entry(member), h("ul", {}, below)), here);
  return h("section", { class: "card", "aria-labelledby": "lineage-head" },
    h("header", {}, h("h2", { id: "lineage-head" }, "Lineage"), curlButton("GET", path)),
    up.length || found.children.data.length ? h("ul", { class: "lineage" }, tree) : h("p", { class: "quiet" }, "It is no fork, and has none."),
    persona.fork_note ? h("p", { class: "quiet small" }, `Forked because: ${persona.fork_note}`) : null);
}

function forks(children) {
  if (!children.data.length) return null;
  return h("ul", {}, children.data.map((member) => h("li", {}, entry(member))), children.has_more ? h("li", { class: "quiet" }, "… more") : null);
}

function entry(member) {
  if (member.gone) return h("span", { class: "quiet" }, `${member.id}, deleted`);
  return [h("a", { href: link("personas", member.id) }, member.name ?? member.id), h("span", { class: "quiet small" }, ` ${words(member.status)} · ${when(member.created_at)}`)];
}
