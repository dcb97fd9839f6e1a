// The runs and background jobs of the workspace: those stored, by kind and status, and what happens now.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { ago, heading, tokens, usd, words } from "./format.js";
import { watchWorkspace } from "./live.js";
import { empty, problemNotice } from "./notices.js";
import { link } from "./router.js";
import { RunState } from "./run-state.js";
import { statusBadge } from "./status.js";
import { numberHead, scrollingTable } from "./table.js";
import { RUN_KINDS } from "./vocabularies.js";

const PAGE = 50;
const STATUSES = ["running", "completed", "failed"];

export async function view(_, { signal }) {
  const rows = new Map();
  const body = h("tbody", {});
  const end = h("div", { class: "list-end" });
  const kind = filter("Kind", RUN_KINDS);
  const status = filter("Status", STATUSES);
  const query = () => ({ kind: kind.value, status: status.value });
  let cursor = null;

  const more = async () => {
    try {
      const page = await get(withQuery("/v1/runs", { ...query(), limit: PAGE, cursor }), { signal });
      for (const run of page.data) place(run.id, run.kind).show(run);
      cursor = page.next_cursor;
      fill(end, cursor ? h("button", { type: "button", onclick: more }, "Earlier runs") : rows.size ? null : empty("No runs."));
    } catch (error) {
      if (!signal.aborted) fill(end, problemNotice(error));
    }
  };
  const again = () => {
    rows.clear();
    fill(body);
    cursor = null;
    return more();
  };
  const place = (id, runKind, newest = false) => {
    if (!rows.has(id)) {
      const row = new RunRow(id, runKind);
      rows.set(id, row);
      if (newest) body.prepend(row.element);
      else body.append(row.element);
    }
    return rows.get(id);
  };
  kind.addEventListener("change", again);
  status.addEventListener("change", again);
  await more();
  watchWorkspace((event) => {
    const unknown = event.kind ?? (event.type.startsWith("job.") ? "fingerprint" : "generation");
    if (!rows.has(event.run_id) && (status.value === "completed" || (kind.value && kind.value !== unknown))) return;
    place(event.run_id, unknown, true).take(event);
  }, signal);

  return {
    title: "Runs",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Runs"), h("div", { class: "actions" }, curlButton("GET", "/v1/runs"))),
      h("div", { class: "fields" }, kind.parentElement, status.parentElement),
      scrollingTable("Runs", ["what", "status", "detail", numberHead("cost"), "started", "open"], body),
      end),
  };
}

function filter(label, options) {
  const select = h("select", { id: `of-${label.toLowerCase()}` }, h("option", { value: "" }, "all"), options.map((each) => h("option", { value: each }, words(each))));
  h("div", {}, h("label", { for: select.id }, label), select);
  return select;
}

/** A row of the table, of a stored run or of the events of a run in progress. */
class RunRow {
  constructor(id, kind) {
    this.id = id;
    this.element = h("tr", {});
    this.state = new RunState(kind);
    this.started = null;
  }

  show(run) {
    this.started = run.started_at;
    this.draw(run.kind, run.status, run.error?.title ?? "", run.usage, run.persona_id);
  }

  take(event) {
    this.state.take(event);
    this.started ??= event.at;
    const { end } = this.state;
    const status = end ? (end.type.endsWith("failed") ? "failed" : "completed") : "running";
    this.draw(this.state.kind, status, progressOf(this.state), end?.tokens ? end : { cost_usd: this.state.cost, tokens: this.state.tokens }, event.persona_id);
  }

  draw(kind, status, progress, usage, personaId) {
    fill(this.element,
      h("th", { scope: "row" }, heading(kind)),
      h("td", {}, statusBadge(status)),
      h("td", {}, progress),
      h("td", { class: "number" }, usage ? [usd(usage.cost_usd), h("span", { class: "quiet small" }, ` ${tokens(usage.tokens)}`)] : null),
      h("td", {}, this.started ? ago(this.started) : ""),
      h("td", {}, h("a", { href: link("runs", this.id) }, "Run"), personaId ? [" · ", h("a", { href: link("personas", personaId) }, "Persona")] : null));
  }
}

function progressOf(state) {
  if (state.end?.problem) return state.end.problem.title;
  if (state.progress.total) return h("span", {}, h("progress", { max: state.progress.total, value: state.progress.done, "aria-label": "Progress" }), ` ${state.progress.done} of ${state.progress.total}`);
  const attempt = state.attempts.at(-1);
  if (!attempt) return state.end ? "" : "starting";
  const last = [...attempt.steps].at(-1);
  const again = attempt.number > 1 ? `attempt ${attempt.number}: ` : "";
  if (state.end) return attempt.score ? `${again}audited ${attempt.score.overall.toFixed(1)}` : again;
  return `${again}${last ? words(last[0]) : "starting"}`;
}
