// The tab with a persona's versions, the words that differ between two, a restore, and its lineage.

import { get, post, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when, words } from "./format.js";
import { lineage } from "./lineage.js";
import { problemNotice } from "./notices.js";
import { refresh } from "./router.js";
import { scrollingTable } from "./table.js";

export async function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/versions`;
  const page = await get(withQuery(path, { limit: 100 }), { signal });
  const detail = h("div", { class: "stack", "aria-live": "polite" });
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) fill(detail, problemNotice(error));
    }
  };
  const compare = (from, to) => attempt(async () => fill(detail, difference(await get(`${path}/${from}/diff/${to}`, { signal }), `${path}/${from}/diff/${to}`)));
  const restore = (version) => attempt(async () => {
    if (!confirm(`Restore version ${version}? It becomes a new version; nothing is lost.`)) return;
    await post(`${path}/${version}/restore`, {}, { signal });
    refresh();
  });
  return h("div", { class: "stack" },
    h("div", { class: "page-head" }, h("p", { class: "quiet" }, "Each accepted change is a version."), curlButton("GET", path)),
    scrollingTable("Versions", ["version", "change", "changed", "audit", "when", "reason", ""], page.data.map((each) => row(each, persona.version, compare, restore))),
    detail,
    await lineage(persona, signal));
}

function row(version, newest, compare, restore) {
  const { version: number } = version;
  const button = (label, name, work) => h("button", { type: "button", class: "plain", "aria-label": name, onclick: work }, label);
  return h("tr", {},
    h("th", { scope: "row" }, number),
    h("td", {}, words(version.change)),
    h("td", {}, version.changed.map(words).join(", ")),
    h("td", {}, version.overall?.toFixed(1) ?? "–"),
    h("td", {}, when(version.at)),
    h("td", {}, version.reason ?? ""),
    h("td", {}, h("div", { class: "actions" },
      number > 1 ? button("Changes", `What changed in version ${number}`, () => compare(number - 1, number)) : null,
      number < newest ? button("To now", `What changed from version ${number} to now`, () => compare(number, newest)) : null,
      number < newest ? button("Restore", `Restore version ${number}`, () => restore(number)) : null)));
}

function difference(found, path) {
  return h("section", { class: "card", "aria-label": "Difference" },
    h("header", {}, h("h2", {}, `Version ${found.from.version} → ${found.to.version}`), curlButton("GET", path)),
    found.fields.length ? h("dl", { class: "changes" }, found.fields.map((each) => h("div", {}, h("dt", {}, words(each.field)), h("dd", {}, changeOf(each))))) : h("p", { class: "quiet" }, "Nothing differs."));
}

const TAGS = { removed: "del", added: "ins" };

/** Words that differ within a text, or both values. */
function changeOf({ before, after, words: parts }) {
  if (parts) return parts.map(({ op, text }) => (op === "equal" ? text : h(TAGS[op], {}, text)));
  return [h("del", {}, plain(before)), " ", h("ins", {}, plain(after))];
}

const plain = (value) => (typeof value === "string" ? value : Array.isArray(value) ? value.join(" · ") : JSON.stringify(value));
