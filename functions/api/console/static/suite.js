// The tab with the provocation suite: its rate with the interval, every test by family, and one test opened.

import { ProblemError, get, post } from "./api.js";
import { intervalBar } from "./bars.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { download } from "./download.js";
import { heading, percent, seconds, tokens, usd, when, words } from "./format.js";
import { watchJob } from "./live.js";
import { problemNotice } from "./notices.js";
import { kindOf, statusBadge } from "./status.js";
import { comparison } from "./suite-comparison.js";
import { testPanel } from "./suite-test.js";

const FAMILIES = { role: "Role", contra: "Contradiction", emo: "Emotional load", jail: "Jailbreak" };
const SHAPES = { critical: "◆", high: "▲", medium: "■", low: "●" };

export async function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/test-suite`;
  const place = h("div", { class: "stack" });
  const panel = h("div", { class: "stack", tabindex: -1 });
  const draw = async () => fill(place, report(await get(path, { signal }), persona.id, path, panel, signal));
  watchJob(persona.id, "provocation", "tests", place, draw, signal);
  await draw();
  return h("div", { class: "stack" }, place, panel);
}

function report(suite, personaId, path, panel, signal) {
  const notice = h("div", { "aria-live": "polite" });
  const run = async (ids) => {
    try {
      await post(path, ids ? { ids } : {}, { signal });
      fill(notice, h("p", { class: "notice" }, ids ? `${ids[0]} runs again. ` : "The suite runs again. ", h("span", { dataset: { live: "" } })));
      notice.scrollIntoView({ block: "nearest" });
    } catch (error) {
      fill(notice, problemNotice(error));
    }
  };
  const open = async (test) => {
    try {
      fill(panel, await testPanel(personaId, suite.run_id, test, suite.judges, run, signal));
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest", behavior: "smooth" });
    } catch (error) {
      if (!signal.aborted) fill(panel, problemNotice(error));
    }
  };
  return [
    h("div", { class: "page-head" },
      h("p", { class: "facts-line" }, statusBadge(suite.status), suite.persona_version ? h("span", { class: "quiet" }, `version ${suite.persona_version} · catalogue ${suite.catalog_version} · ${when(suite.completed_at)} · ${seconds(suite.duration_ms)} · ${tokens(suite.tokens)} · ${usd(suite.cost_usd)}`) : h("span", { class: "quiet", dataset: { live: "" } })),
      h("div", { class: "actions" }, curlButton("GET", path), suite.status === "ready" ? files(path, personaId, notice, signal) : null, h("button", { type: "button", onclick: () => run(null) }, "Run all again"))),
    notice,
    suite.error ? problemNotice(new ProblemError(suite.error)) : null,
    suite.counts ? summary(suite) : null,
    h("div", { class: "families" }, Object.entries(FAMILIES).map(([family, name]) => familyCard(name, suite.results.filter((test) => test.family === family), suite.by_family[family], open))),
    ownTests(suite, open),
    suite.results.length ? legend() : null,
    suite.status === "ready" ? comparison(path, suite.run_id, signal) : null,
  ];
}

/** Buttons that save the run as CI systems read it. */
function files(path, personaId, notice, signal) {
  const save = (format, name) => download(`${path}/${format}`, `${personaId}.${name}`, { signal }).catch((error) => { if (!signal.aborted) fill(notice, problemNotice(error)); });
  return [["JUnit", "junit", "xml"], ["SARIF", "sarif", "sarif"]].map(([label, format, name]) =>
    h("button", { type: "button", class: "plain", "aria-label": `Save as ${label}`, title: "For test reports of a CI system", onclick: () => save(format, name) }, label));
}

/** Tests of the workspace, whose families are the same four or their own. */
function ownTests(suite, open) {
  const own = suite.results.filter((test) => !(test.family in FAMILIES));
  return own.length ? familyCard("Others", own, null, open) : null;
}

function summary(suite) {
  const [low, high] = suite.interval ?? [0, 1];
  return h("section", { class: "card rate", "aria-label": "Pass rate" },
    h("p", { class: "big" }, suite.pass_rate === null ? "–" : percent(suite.pass_rate), h("span", { class: "quiet small" }, ` ${suite.counts.passed} of ${suite.counts.total} passed · 95 % interval ${percent(low)}–${percent(high)}`)),
    intervalBar([low, high], suite.pass_rate ?? 0, suite.fail_threshold ?? 0),
    h("p", { class: "small" },
      suite.passed ? h("strong", { class: "good-text" }, "✓ passed") : h("strong", { class: "bad-text" }, "✕ not passed"),
      h("span", { class: "quiet" }, ` needs ${percent(suite.fail_threshold)} and no confirmed critical failure · judges ${suite.judges?.first}, ${suite.judges?.second}${suite.judges && !suite.judges.independent ? " (the same model)" : ""}`)),
    suite.confirmed_critical.length ? h("p", { class: "bad-text" }, `Confirmed critical: ${suite.confirmed_critical.join(", ")}`) : null);
}

function familyCard(name, tests, tally, open) {
  if (!tests.length) return null;
  return h("section", { class: "card family", "aria-label": name },
    h("header", {}, h("h2", {}, name), tally ? h("span", { class: "quiet small" }, `${tally.counts.passed} of ${tally.counts.total}`) : null),
    h("ul", { class: "tests" }, tests.map((test) => {
      const [kind, sign] = kindOf(test.verdict);
      const label = `${test.id}, ${test.title}: ${words(test.verdict)}, severity ${test.severity}${test.confirmed ? ", confirmed" : ""}`;
      return h("li", {}, h("button", { type: "button", class: `test ${kind}`, "aria-label": label, title: label, onclick: () => open(test) },
        h("span", { class: "shape", "aria-hidden": "true" }, SHAPES[test.severity] ?? "●"),
        h("span", { class: "sign", "aria-hidden": "true" }, sign),
        h("span", { class: "test-id", "aria-hidden": "true" }, test.id.split(".").pop())));
    })));
}

function legend() {
  return h("p", { class: "legend quiet small" },
    Object.entries(SHAPES).map(([severity, shape]) => h("span", {}, `${shape} ${severity}`)),
    ["pass", "fail", "inconclusive", "error"].map((verdict) => h("span", {}, `${kindOf(verdict)[1]} ${heading(verdict)}`)));
}
