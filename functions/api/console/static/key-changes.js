// What a commit of settings changed, or would change, key by key.

import { h } from "./dom.js";
import { scrollingTable } from "./table.js";

/** The changes as a table with a name of its own on the page; a sentence where there are none. */
export function changesTable(changes, label = "Changes") {
  if (!changes.length) return h("p", { class: "quiet" }, "Nothing differs.");
  return scrollingTable(label, ["key", "before", "after"], changes.map(({ key, before, after }) => h("tr", {},
    h("th", { scope: "row" }, h("code", {}, key)), h("td", { class: "mono" }, entryText(before)), h("td", { class: "mono" }, entryText(after)))));
}

/** What else a commit does: warnings, values that a lock overrides, and values that cannot be restored. */
export function consequences({ shadowed = [], warnings = [], not_restored: notRestored = [] }) {
  const keysByDetail = new Map();
  for (const { key, detail } of warnings) keysByDetail.set(detail, [...(keysByDetail.get(detail) ?? []), key]);
  const lines = [
    ...[...keysByDetail].map(([detail, keys]) => [h("strong", {}, detail), ` ${keys.join(", ")}`]),
    ...shadowed.map((each) => `${each.key}: the lock overrides the value of the ${each.scope} ${each.owner}`),
    ...notRestored.map((each) => `Not restored: ${each.detail}`),
  ];
  return lines.length ? h("ul", { class: "notice warn" }, lines.map((line) => h("li", {}, line))) : null;
}

function entryText(entry) {
  if (!entry || (!entry.is_set && !entry.lock)) return "not set";
  const value = !entry.is_set ? "not set" : entry.value === null ? "none" : JSON.stringify(entry.value);
  return entry.lock ? `${value} ▣ ${entry.lock.bounds ? "bounded" : "locked"}` : value;
}
