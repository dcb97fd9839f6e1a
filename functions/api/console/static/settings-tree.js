// The tab with the settings as a tree: each value with its source and lock, explained and changed in place.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { h } from "./dom.js";
import { words } from "./format.js";
import { isOwn, settingRow } from "./setting.js";

export async function tab(scope, { signal }) {
  const path = withQuery("/v1/config", { scope });
  const [schema, found] = await Promise.all([get("/v1/config/schema", { signal }), get(path, { signal })]);
  const keys = new Map(schema.data.map((key) => [key.key, key]));
  const tree = h("div", { class: "tree" }, groups(found, keys, signal));
  const apply = () => applyFilter(tree, filter.value, only.checked);
  const filter = h("input", { id: "filter", type: "search", placeholder: "model, retries, threshold …", oninput: apply });
  const only = h("input", { id: "only-set", type: "checkbox", onchange: apply });
  return h("div", { class: "stack" },
    h("div", { class: "fields" },
      h("div", {}, h("label", { for: "filter" }, "Find a key"), filter),
      h("label", { class: "check", for: "only-set" }, only, "Only what is set or locked")),
    h("div", { class: "actions" }, curlButton("GET", path)),
    tree);
}

/** One closed group for each part of the tree, such as engine.pipeline.audit. */
function groups(found, schema, signal) {
  const byGroup = new Map();
  for (const entry of found.data) {
    const group = entry.key.split(".").slice(0, -1).join(".");
    byGroup.set(group, [...(byGroup.get(group) ?? []), entry]);
  }
  return [...byGroup].map(([group, entries]) => {
    const own = entries.filter(isOwn).length;
    return h("details", { class: "group", dataset: { group } },
      h("summary", {}, h("h2", {}, group), h("span", { class: "quiet small" }, `${entries.length} ${entries.length === 1 ? "key" : "keys"}${own ? `, ${own} set or locked` : ""}`)),
      h("ul", { class: "settings", "aria-label": words(group) }, entries.map((entry) => settingRow(entry, schema.get(entry.key), found.scope, signal))));
  });
}

function applyFilter(tree, text, onlySet) {
  const wanted = text.trim().toLowerCase();
  for (const group of tree.querySelectorAll(".group")) {
    let shown = 0;
    for (const row of group.querySelectorAll(".setting")) {
      row.hidden = !(row.dataset.find.includes(wanted) && (!onlySet || row.dataset.own === "true"));
      if (!row.hidden) shown += 1;
    }
    group.hidden = shown === 0;
    if (wanted || onlySet) group.open = shown > 0;
  }
}
