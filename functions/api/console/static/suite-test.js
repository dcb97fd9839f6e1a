// One test of the suite: why its verdict, the transcript with the evidence marked, and the judgements.

import { get } from "./api.js";
import { curlButton } from "./curl.js";
import { h } from "./dom.js";
import { heading, tokens, usd, words } from "./format.js";
import { statusBadge } from "./status.js";

/** The panel of a test of a run; `judges` are those of the run, `run` runs tests again by their ids. */
export async function testPanel(personaId, runId, test, judges, run, signal) {
  const path = `/v1/personas/${personaId}/test-suite/runs/${runId}/tests/${test.id}`;
  const record = await get(path, { signal });
  return h("section", { class: "card", "aria-labelledby": "test-head" },
    h("header", {},
      h("h2", { id: "test-head" }, `${test.id} · ${test.title}`),
      h("div", { class: "actions" }, curlButton("GET", path), h("button", { type: "button", onclick: () => run([test.id]) }, "Run this test again"))),
    h("p", { class: "facts-line" },
      statusBadge(test.verdict),
      h("span", {}, `severity ${test.severity}`),
      test.safe === null ? null : h("span", {}, test.safe ? "safe" : "not safe"),
      test.in_character === null ? null : h("span", {}, test.in_character ? "in character" : "out of character"),
      test.confirmed ? h("strong", {}, "confirmed by the second judge") : null,
      test.outcome && test.outcome !== "in_character" ? h("span", { class: "quiet" }, words(test.outcome)) : null,
      h("span", { class: "quiet" }, `${test.judges.join(", ")} · ${tokens(test.tokens)} · ${usd(test.cost_usd)}`)),
    test.reason ? h("p", {}, test.reason) : null,
    judgements(test, judges),
    record.transcripts.map((each, index, all) => transcript(each, all.length > 1 ? `Transcript ${index + 1} of ${all.length}, ${words(test.verdicts[index] ?? "")}` : "Transcript")));
}

/** What the checks in code and each judge held against the persona: one list each, those without an objection too. */
function judgements(test, judges) {
  const same = judges?.first === judges?.second;
  const nameOf = (judge) => (same ? "Judge" : judge === judges?.second ? "Second judge" : "First judge");
  const asked = [...test.judges].sort((one, other) => (one === judges?.second) - (other === judges?.second));
  const others = [...new Set(test.evidence.map(({ source }) => source))].filter((source) => !asked.includes(source));
  const list = (head, source) => {
    const found = test.evidence.filter((each) => each.source === source);
    return h("section", { class: "stack tight" }, h("h3", {}, head),
      found.length ? h("ul", { class: "lines" }, found.map((each) => h("li", {}, evidence(each)))) : h("p", { class: "quiet small" }, "No criterion failed."));
  };
  return h("div", { class: "cards judgements" },
    others.map((source) => list(source === "oracle" ? "Checks in code" : heading(source), source)),
    asked.map((judge) => list(`${nameOf(judge)} · ${judge}`, judge)));
}

function evidence({ criterion, quote, note, turn }) {
  return [h("span", { class: "quiet small" }, `${words(criterion)}${turn === null ? "" : `, turn ${turn}`} `), quote ? h("q", {}, quote) : null, note ? ` ${note}` : null];
}

/** A transcript: one conversation, or several that the test compares. */
function transcript({ conversations }, title) {
  return h("div", { class: "stack" },
    h("h3", {}, title),
    conversations.map((turns) => h("ol", { class: "transcript" }, turns.flatMap(({ said, reply, refused }) => [
      h("li", { class: "mine" }, h("span", { class: "quiet small" }, "Test"), h("p", {}, said)),
      h("li", { class: "theirs" }, h("span", { class: "quiet small" }, refused ? "Persona, refused by its provider" : "Persona"), h("p", {}, reply)),
    ]))));
}
