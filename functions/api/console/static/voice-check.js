// The card that checks whether a persona keeps its voice on another chat model: start a check, and read the certificates.

import { ProblemError, get, post } from "./api.js";
import { actionCard, control } from "./action-card.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { estimateLine } from "./estimate.js";
import { usd, when, words } from "./format.js";
import { watchJob } from "./live.js";
import { problemNotice } from "./notices.js";

const VERDICTS = { equivalent: ["good", "● the voice is kept"], degraded: ["bad", "▼ the voice is lost"], inconclusive: ["warn", "? undecided"] };
const UNDER_WAY = new Set(["pending", "running"]);

/** The card; it is read again when a check starts or ends. */
export function voiceCheck(personaId, signal) {
  const path = `/v1/personas/${personaId}/voice-check`;
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const show = async () => {
    try {
      fill(place, report(await get(path, { signal })));
    } catch (error) {
      if (!signal.aborted) fill(place, problemNotice(error));
    }
  };
  const model = h("input", { required: true, maxlength: 160, pattern: "[^\\s:]+:\\S+", title: "provider:model", placeholder: "provider:model", spellcheck: "false", autocomplete: "off" });
  const suite = h("input", { type: "checkbox" });
  const body = () => ({ model: model.value.trim(), suite: suite.checked });
  const estimate = estimateLine(path, () => (model.checkValidity() ? body() : null), signal);
  for (const field of [model, suite]) field.addEventListener("input", estimate.soon);
  watchJob(personaId, "voice_check", "scenarios", place, show, signal);
  show();
  return h("section", { class: "stack", "aria-label": "Voice on another model" },
    actionCard({
      title: "Voice on another model",
      about: "The model answers the scenarios of the fingerprint, and its replies are compared with the stored ones.",
      fields: [control("Model to check", model), control("Run the provocation suite on both models", suite), estimate.element],
      button: "Check this model",
      work: async () => { await post(path, body(), { signal }); await show(); },
      curl: curlButton("POST", path, body),
    }),
    place);
}

function report({ status, error, certificates }) {
  return [
    UNDER_WAY.has(status) ? h("p", { class: "notice" }, "A check is in progress. ", h("span", { dataset: { live: "" } })) : null,
    error ? problemNotice(new ProblemError(error)) : null,
    certificates.map(certificate),
  ];
}

function certificate(found) {
  const [kind, text] = VERDICTS[found.verdict];
  return h("article", { class: "card", "aria-label": `Certificate of ${found.model}` },
    h("header", {}, h("h3", {}, found.model), h("span", { class: `badge ${kind}` }, text)),
    h("p", { class: "quiet small" }, `${found.pairs} of ${found.scenarios} scenarios compared · version ${found.persona_version} · ${when(found.created_at)} · ${usd(found.cost_usd)}`),
    found.reasons.length ? h("ul", { class: "notice warn" }, found.reasons.map((reason) => h("li", {}, reason))) : null,
    found.shift ? shift(found.shift) : null,
    found.changed.length ? h("div", { class: "stack tight" }, h("p", { class: "quiet small" }, "What changed"), h("ul", { class: "lines", "aria-label": "What changed" }, found.changed.map((each) => h("li", {}, h("strong", {}, words(each.feature)), `: ${each.words}`)))) : null,
    found.assistant_pull ? pull(found.assistant_pull) : null,
    found.suite ? suiteLine(found.suite) : null);
}

function suiteLine({ pairs, both_passed: kept, lost, gained, p_value: p }) {
  const named = [["lost", lost], ["gained", gained]].filter(([, tests]) => tests.length).map(([name, tests]) => ` · ${name}: ${tests.join(", ")}`);
  return h("p", {}, `Provocation suite: ${kept} of ${pairs} tests passed on both models`, ...named, ` · p ${p.toFixed(3)}`);
}

function shift({ estimate, interval: [low, high], margin, p_value: p }) {
  return h("p", {}, h("strong", {}, estimate.toFixed(3)), h("span", { class: "quiet" }, ` shift of the voice · 90 % interval ${low.toFixed(3)} to ${high.toFixed(3)} · margin ${margin.toFixed(3)} · p ${p.toFixed(3)}`));
}

function pull({ before, after }) {
  return h("p", { class: "quiet" }, `Similarity to a plain assistant less that to the voice: ${before.toFixed(2)} before, ${after.toFixed(2)} on this model.`);
}
