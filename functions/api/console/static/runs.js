// The runs and background jobs of the workspace, live over the WebSocket.

import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { heading, tokens, usd, words } from "./format.js";
import { watchWorkspace } from "./live.js";
import { empty } from "./notices.js";
import { link } from "./router.js";
import { RunState } from "./run-state.js";
import { statusBadge } from "./status.js";

const MOST = 200;

export async function view(_, { signal }) {
  const states = new Map();
  const rows = h("tbody", {});
  const nothing = empty("Nothing runs at the moment. A run appears here when it starts.", h("a", { href: "#/create" }, "Create a persona"));
  const table = h("div", { class: "scroll", hidden: true, tabindex: 0, role: "region", "aria-label": "Runs" }, h("table", {},
    h("thead", {}, h("tr", {}, ["what", "status", "progress", "cost", "run"].map((name) => h("th", { scope: "col" }, name)))),
    rows));

  watchWorkspace((event) => {
    const known = states.get(event.run_id) ?? added(event);
    known.state.take(event);
    fill(known.row, cells(known.state, event));
  }, signal);

  const added = (event) => {
    const kind = event.kind ?? (event.type.startsWith("job.") ? "job" : "generation");
    const known = { state: new RunState(kind), row: h("tr", {}) };
    states.set(event.run_id, known);
    rows.prepend(known.row);
    nothing.hidden = true;
    table.hidden = false;
    if (states.size > MOST) {
      const [oldest, { row }] = states.entries().next().value;
      row.remove();
      states.delete(oldest);
    }
    return known;
  };

  return {
    title: "Runs",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Runs"), h("div", { class: "actions" }, curlButton("POST", "/v1/progress/tickets"))),
      h("p", { class: "lead" }, "What runs now, and what has run since this page was opened: personas being written, voices being fingerprinted, suites."),
      nothing,
      table),
  };
}

function cells(state, event) {
  const status = state.end ? (state.end.type.endsWith("failed") ? "failed" : "completed") : "running";
  const cost = state.end?.cost_usd ?? state.cost;
  const used = state.end?.tokens ?? state.tokens;
  return [
    h("th", { scope: "row" }, heading(state.kind === "job" ? "background job" : state.kind)),
    h("td", {}, statusBadge(status)),
    h("td", {}, progressOf(state)),
    h("td", { class: "number" }, usd(cost), h("span", { class: "quiet small" }, ` ${tokens(used)}`)),
    h("td", {}, h("a", { href: link("runs", event.run_id) }, "Open"), " · ", h("a", { href: link("personas", event.persona_id) }, "Persona")),
  ];
}

function progressOf(state) {
  if (state.progress.total) return h("span", {}, h("progress", { max: state.progress.total, value: state.progress.done, "aria-label": "Progress" }), ` ${state.progress.done} of ${state.progress.total}`);
  const attempt = state.attempts.at(-1);
  if (!attempt) return state.end ? "" : "starting";
  const last = [...attempt.steps].at(-1);
  const again = attempt.number > 1 ? `attempt ${attempt.number}: ` : "";
  if (state.end) return attempt.score ? `${again}audited ${attempt.score.overall.toFixed(1)}` : again;
  return `${again}${last ? words(last[0]) : "starting"}`;
}
