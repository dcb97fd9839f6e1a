// Statuses as badges: a shape, a colour and a word each, so that colour is never the only sign.

import { h } from "./dom.js";
import { words } from "./format.js";

const KINDS = {
  active: ["good", "●"],
  completed: ["good", "●"],
  ready: ["good", "●"],
  delivered: ["good", "●"],
  pass: ["good", "✓"],
  flagged: ["warn", "▲"],
  unaudited: ["warn", "▲"],
  inconclusive: ["warn", "?"],
  pending: ["", "○"],
  generating: ["busy", "◐"],
  running: ["busy", "◐"],
  retrying: ["busy", "◐"],
  failed: ["bad", "✕"],
  fail: ["bad", "✕"],
  dead: ["bad", "✕"],
  error: ["bad", "!"],
  revoked: ["bad", "✕"],
  expired: ["bad", "✕"],
  archived: ["", "▣"],
};

/** [class, sign] of a status. */
export const kindOf = (status) => KINDS[status] ?? ["", "○"];

/** The badge of a status. */
export function statusBadge(status) {
  const [kind, sign] = kindOf(status);
  return h("span", { class: `badge ${kind}` }, h("span", { "aria-hidden": "true" }, sign), ` ${words(status)}`);
}
