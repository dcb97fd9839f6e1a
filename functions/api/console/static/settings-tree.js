// The settings as a tree: each value with its source and lock, explained and changed in place.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { words } from "./format.js";
import { problemNotice } from "./notices.js";
import { isOwn, settingRow } from "./setting.js";

const SCOPES = ["workspace", "org", "system"];

export async function view(_, { signal }) {
  const schema = new Map((await get("/v1/config/schema", { signal })).data.map((key) => [key.key, key]));
  const tree = h("div", { class: "tree" });
  const filter = h("input", { id: "filter", type: "search", placeholder: "model, retries, threshold …", oninput: () => applyFilter(tree, filter.value, only.checked) });
  const only = h("input", { id: "only-set", type: "checkbox", onchange: () => applyFilter(tree, filter.value, only.checked) });
  const scope = h("select", { id: "scope", onchange: () => draw().catch((error) => fill(tree, problemNotice(error))) }, SCOPES.map((name) => h("option", { value: name }, name)));
  const draw = async () => {
    const found = await get(withQuery("/v1/config", { scope: scope.value }), { signal });
    fill(tree, groups(found, schema, signal));
    applyFilter(tree, filter.value, only.checked);
  };
  await draw();
  return {
    title: "Settings",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Settings"), h("div", { class: "actions" }, curlButton("GET", "/v1/config"))),
      h("p", { class: "lead" }, "The nearest scope that sets a key wins, unless a scope above has locked it. A run keeps the settings it started with."),
      h("div", { class: "fields" },
        h("div", {}, h("label", { for: "scope" }, "Scope"), scope),
        h("div", {}, h("label", { for: "filter" }, "Find a key"), filter),
        h("label", { class: "check", for: "only-set" }, only, "Only what is set or locked")),
      tree),
  };
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
