// The tab with a persona's versions: who changed what and when, and the fields that differ from the version before.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when, words } from "./format.js";
import { problemNotice } from "./notices.js";

const LAYERS = ["soul", "self", "mask", "surface"];

export async function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/versions`;
  const page = await get(withQuery(path, { limit: 100 }), { signal });
  const detail = h("div", { class: "stack", "aria-live": "polite" });
  const open = async (version) => {
    try {
      fill(detail, await difference(path, version, signal));
    } catch (error) {
      if (!signal.aborted) fill(detail, problemNotice(error));
    }
  };
  return h("div", { class: "stack" },
    h("div", { class: "page-head" }, h("p", { class: "quiet" }, "Each accepted change is a version."), curlButton("GET", path)),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Versions" }, h("table", {},
      h("thead", {}, h("tr", {}, ["version", "change", "changed", "status", "audit", "when", ""].map((name) => h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "actions"))))),
      h("tbody", {}, page.data.map((each) => h("tr", {},
        h("th", { scope: "row" }, each.version),
        h("td", {}, words(each.change)),
        h("td", {}, each.changed.map(words).join(", ")),
        h("td", {}, words(each.status)),
        h("td", {}, each.overall?.toFixed(1) ?? "–"),
        h("td", {}, when(each.at)),
        h("td", {}, each.version > 1 ? h("button", { type: "button", class: "plain", onclick: () => open(each.version) }, `What changed in ${each.version}`) : null)))))),
    detail);
}

async function difference(path, version, signal) {
  const [after, before] = await Promise.all([version, version - 1].map((each) => get(`${path}/${each}`, { signal })));
  const rows = LAYERS.flatMap((layer) => changedFields(layer, before.persona[layer] ?? {}, after.persona[layer] ?? {}));
  return h("section", { class: "card", "aria-label": `Version ${version - 1} to ${version}` },
    h("h2", {}, `Version ${version - 1} → ${version}`),
    rows.length
      ? h("dl", { class: "changes" }, rows.map(([field, old, fresh]) => h("div", {}, h("dt", {}, words(field)), h("dd", {}, h("del", {}, old), " ", h("ins", {}, fresh)))))
      : h("p", { class: "quiet" }, "No layer differs."));
}

function changedFields(layer, before, after) {
  return Object.keys({ ...before, ...after })
    .map((name) => [`${layer}.${name}`, plain(before[name]), plain(after[name])])
    .filter(([, old, fresh]) => old !== fresh);
}

const plain = (value) => (value === undefined ? "" : typeof value === "string" ? value : Array.isArray(value) ? value.join(" · ") : JSON.stringify(value));
