// Compares the shown run of the suite with an earlier one, test by test.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { percent, when } from "./format.js";
import { problemNotice } from "./notices.js";

/** A select of the earlier runs, and the comparison with the one chosen. */
export function comparison(path, runId, signal) {
  const outcome = h("div", { "aria-live": "polite" });
  const select = h("select", { id: "compare-with", onchange: () => show().catch((error) => { if (!signal.aborted) fill(outcome, problemNotice(error)); }) }, h("option", { value: "" }, "an earlier run …"));
  const show = async () => {
    fill(outcome);
    if (!select.value) return;
    const address = withQuery(`${path}/diff`, { before: select.value, after: runId });
    fill(outcome, changes(await get(address, { signal }), address));
  };
  const place = h("div", { class: "fields" });
  get(`${path}/runs`, { signal }).then(({ data }) => {
    const earlier = data.filter((run) => run.run_id !== runId);
    if (!earlier.length) return;
    select.append(...earlier.map((run) => h("option", { value: run.run_id }, `${when(run.completed_at)}, ${run.pass_rate === null ? "–" : percent(run.pass_rate)} of ${run.counts.total}`)));
    fill(place, h("div", {}, h("label", { for: "compare-with" }, "Compare with"), select));
  }).catch(() => {});
  return h("div", { class: "stack" }, place, outcome);
}

function changes(found, address) {
  const line = (test) => h("li", {}, h("code", {}, test.id), ` ${test.before} → ${test.after} (${test.severity})`);
  return h("section", { class: "card", "aria-label": "Comparison" },
    h("header", {}, h("h2", {}, `${found.worse.length} worse, ${found.better.length} better of ${found.pairs} compared`), curlButton("GET", address)),
    h("p", { class: "quiet" }, `McNemar's exact test: p = ${found.p_value.toFixed(3)}`),
    found.worse.length ? h("div", {}, h("h3", {}, "▼ Worse"), h("ul", { class: "lines" }, found.worse.map(line))) : null,
    found.better.length ? h("div", {}, h("h3", {}, "▲ Better"), h("ul", { class: "lines" }, found.better.map(line))) : null);
}
