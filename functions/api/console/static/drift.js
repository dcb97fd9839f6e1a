// The drift of one reply: a bar with its threshold, the p-value, and the features that deviate.

import { h } from "./dom.js";
import { length } from "./format.js";

const EXEMPT = {
  too_short: "Too short to be compared.",
  fingerprint_pending: "Not compared: the voice fingerprint is not ready.",
  fingerprint_failed: "Not compared: the voice fingerprint failed.",
  embedder_mismatch: "Not compared: the fingerprint was made by another embedder. Recompute it.",
  switched_off: "Not compared: drift detection is off.",
};

/** The bar of an envelope; `recovery` is not null if the reply was written a second time because of drift. */
export function driftBar(drift, recovery) {
  if (drift.score === null) return h("p", { class: "drift quiet small" }, EXEMPT[drift.exempt] ?? "Not compared.");
  const most = Math.max(0.6, drift.score * 1.15, drift.threshold * 1.5);
  const verdict = drift.alert ? "▲ drift" : "● in voice";
  return h("div", { class: `drift ${drift.alert ? "bad" : "good"}` },
    h("div", { class: "bar", "aria-hidden": "true", vars: { "--score": length(drift.score / most), "--threshold": length(drift.threshold / most) } }),
    h("p", { class: "small" },
      h("strong", {}, verdict),
      ` ${drift.score.toFixed(2)} of ${drift.threshold.toFixed(2)}`,
      drift.p_value === null ? "" : ` · p ${drift.p_value.toFixed(3)}`,
      drift.percentile === null ? "" : ` · farther than ${drift.percentile.toFixed(0)} % of its own replies`,
      recovery ? " · written a second time" : ""),
    drift.top_features.length
      ? h("details", { class: "small" }, h("summary", {}, "What deviates"), h("ul", {}, drift.top_features.map((each) => h("li", {}, each.words, h("span", { class: "quiet" }, ` z ${each.z.toFixed(1)}`)))))
      : null);
}
