// One setting: its value, where it comes from, the chain behind it, and a form to set, unset, lock or unlock it.

import { call, get } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when, words } from "./format.js";
import { problemNotice } from "./notices.js";
import { scrollingTable } from "./table.js";

/** Whether a scope sets or locks the key. */
export const isOwn = (entry) => Boolean(entry.source !== "default" || entry.locked_by || entry.lock);

/** The row of a key; it reads itself again after a change. */
export function settingRow(entry, schema, scope, signal) {
  const row = h("li", { class: "setting" });
  draw(row, entry, schema, scope, signal);
  return row;
}

function draw(row, entry, schema, scope, signal) {
  row.dataset.find = `${entry.key} ${schema?.description ?? ""} ${text(entry.value)}`.toLowerCase();
  row.dataset.own = String(isOwn(entry));
  const more = h("div", { class: "stack", hidden: true });
  const open = h("button", {
    type: "button",
    class: "plain",
    "aria-expanded": "false",
    "aria-label": `Explain or change ${entry.key}`,
    onclick: async () => {
      more.hidden = !more.hidden;
      open.setAttribute("aria-expanded", String(!more.hidden));
      if (!more.hidden && !more.childElementCount) await explain(more, row, entry, schema, scope, signal);
    },
  }, "Explain");
  fill(row,
    h("div", { class: "setting-line" },
      h("div", { class: "setting-name" }, h("code", {}, entry.key.split(".").pop()), h("span", { class: "quiet small" }, schema?.description ?? "")),
      h("div", { class: "setting-value" }, h("strong", { class: "mono" }, text(entry.value)), entry.unit ? h("span", { class: "quiet" }, ` ${entry.unit}`) : null),
      h("div", { class: "setting-from" }, sourceBadge(entry, scope), lockBadge(entry)),
      open),
    more);
}

const text = (value) => (value === null ? "none" : typeof value === "string" ? value : Array.isArray(value) && !value.length ? "empty list" : JSON.stringify(value));

function sourceBadge(entry, scope) {
  if (entry.source === "default") return h("span", { class: "badge" }, "default");
  return h("span", { class: `badge ${entry.source === scope ? "busy" : ""}` }, entry.source === scope ? "set here" : `inherited from ${entry.source}`);
}

function lockBadge(entry) {
  if (entry.locked_by) return h("span", { class: "badge warn" }, `▣ locked by ${entry.locked_by}`);
  if (entry.lock) return h("span", { class: "badge warn" }, "▣ locked here");
  return entry.bounds.length ? h("span", { class: "badge warn" }, "▣ bounded") : null;
}

async function explain(place, row, entry, schema, scope, signal) {
  try {
    const path = `/v1/config/${entry.key}/explain?scope=${scope}`;
    const found = await get(path, { signal });
    fill(place,
      h("div", { class: "page-head" }, h("p", {}, found.why), curlButton("GET", path)),
      scrollingTable("Chain", ["scope", "value", "effect", "lock", "by", "when", "reason"], found.chain.map((step) => h("tr", {},
        h("th", { scope: "row" }, step.scope),
        h("td", { class: "mono" }, step.is_set ? text(step.value) : "–"),
        h("td", {}, words(step.standing)),
        h("td", {}, step.lock ? boundsText(step.lock.bounds) : ""),
        h("td", {}, step.set_by ?? ""),
        h("td", {}, step.set_at ? when(step.set_at) : ""),
        h("td", {}, step.reason ?? "")))),
      schema?.scopes.includes(scope) && !entry.locked_by ? changeForm(row, entry, schema, scope, signal) : h("p", { class: "quiet" }, "It cannot be set in this scope."));
  } catch (error) {
    if (!signal.aborted) fill(place, problemNotice(error));
  }
}

const boundsText = (bounds) => (bounds ? `within ${[bounds.min === null ? null : `≥ ${bounds.min}`, bounds.max === null ? null : `≤ ${bounds.max}`, bounds.enum?.join(", ")].filter(Boolean).join(", ")}` : "locked");

function changeForm(row, entry, schema, scope, signal) {
  const input = inputFor(schema.value_schema, entry);
  const reason = h("input", { "aria-label": "Reason", placeholder: "Reason, for the history", maxlength: 500 });
  const notice = h("div", { "aria-live": "polite" });
  const patch = (op) => ({ scope, ops: [{ op, key: entry.key, ...(op === "set" ? { value: read(input, schema.value_schema) } : {}) }], ...(reason.value ? { reason: reason.value } : {}) });
  const commit = async (op) => {
    try {
      await call("PATCH", "/v1/config", { body: patch(op), signal });
      const { data } = await get(`/v1/config?scope=${scope}&prefix=${entry.key}`, { signal });
      draw(row, data.find((each) => each.key === entry.key), schema, scope, signal);
      row.querySelector("button")?.focus();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
  };
  const button = (op, label) => h("button", { type: "button", onclick: () => commit(op) }, label);
  return h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); commit("set"); } },
    h("div", { class: "fields" }, input, reason),
    notice,
    h("div", { class: "actions" },
      h("button", { type: "submit", class: "main" }, "Set"),
      entry.source === scope ? button("unset", "Unset") : null,
      entry.lock ? button("unlock", "Unlock") : button("lock", "Lock for scopes below"),
      curlButton("PATCH", "/v1/config", () => patch("set"))));
}

function inputFor(schema, entry) {
  const options = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  const label = { "aria-label": `Value of ${entry.key}` };
  if (options) return h("select", label, options.map((each) => h("option", { value: JSON.stringify(each), selected: each === entry.value }, text(each))));
  return h("input", { ...label, value: typeof entry.value === "string" ? entry.value : JSON.stringify(entry.value) });
}

/** The value as typed: text where the key takes text, else JSON. */
function read(input, schema) {
  if (schema.type === "string" && !schema.enum) return input.value;
  try {
    return JSON.parse(input.value);
  } catch {
    return input.value;
  }
}
