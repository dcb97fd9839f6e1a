// A run as it happens: six steps that light up, attempts, scores, and its end. Works as well after a reload.

import { ProblemError, followRun, get, post } from "./api.js";
import { scoreEntries } from "./bars.js";
import { curlButton } from "./curl.js";
import { announce, fill, h } from "./dom.js";
import { heading, seconds, tokens, usd, words } from "./format.js";
import { problemNotice } from "./notices.js";
import { go, link } from "./router.js";
import { RunState } from "./run-state.js";
import { statusBadge } from "./status.js";

const WHAT = {
  intent_parse: "reads the brief: facts, tone, constraints",
  soul_draft: "desire, fear, wound, growth arc",
  self_enrich: "Big Five, values, attachment",
  mask_build: "how the person speaks",
  surface_ground: "name, age, place, appearance",
  audit: "a second model scores the whole",
  single_call: "all four layers in one call, for comparison",
};

export async function view({ run: runId }, { signal }) {
  const run = await get(`/v1/runs/${encodeURIComponent(runId)}`, { signal });
  const persona = run.persona_id ? await get(`/v1/personas/${run.persona_id}`, { signal }).catch(() => null) : null;
  const state = new RunState(run.kind, run.start_at);
  const board = h("div", { class: "board", "aria-live": "off" });
  const outcome = h("div", { "aria-live": "polite" });
  const cancel = cancelButton(run, outcome, signal);
  const draw = () => {
    cancel.hidden = !state.running;
    fill(board, state.isJob ? job(state) : generation(state));
  };

  follow(run, state, draw, outcome, signal);
  const clock = setInterval(() => { if (state.running) draw(); }, 500);
  signal.addEventListener("abort", () => clearInterval(clock));
  draw();
  return {
    title: "Run",
    content: h("section", { class: "page narrow" },
      h("div", { class: "page-head" },
        h("h1", { tabindex: -1 }, titleOf(run)),
        h("div", { class: "actions" }, curlButton("GET", `/v1/runs/${run.id}/events`), cancel)),
      persona ? h("blockquote", { class: "brief" }, persona.intent) : null,
      board,
      outcome,
      h("p", { class: "quiet small" }, h("code", {}, run.id), run.persona_id ? [" · ", h("a", { href: link("personas", run.persona_id) }, "its persona")] : null)),
  };
}

/** Ends the run before its next model call; its end comes as an event. */
function cancelButton(run, outcome, signal) {
  const button = h("button", {
    type: "button",
    hidden: run.status !== "running",
    onclick: async () => {
      button.disabled = true;
      try {
        await post(`/v1/runs/${run.id}/cancel`, undefined, { signal });
        button.textContent = "Ends after the present call";
      } catch (error) {
        if (!signal.aborted) fill(outcome, problemNotice(error));
        button.disabled = false;
      }
    },
  }, "Cancel");
  return button;
}

/** What the run does, in words. */
function titleOf(run) {
  if (run.kind === "generation") return run.start_at === "intent_parse" ? "Writing a persona" : `Writing again from ${words(run.start_at)}`;
  return heading(run.kind);
}

async function follow(run, state, draw, outcome, signal) {
  try {
    for await (const event of followRun(run.id, signal)) {
      state.take(event);
      draw();
      if (event.type === "step.started") announce(`${words(event.step)}, attempt ${event.attempt}`);
    }
    if (signal.aborted) return;
    fill(outcome, ending(state));
    // A page that followed the run opens its persona at the end; a page of a run that had ended stays.
    if (state.end?.type === "pipeline.completed" && run.status === "running") {
      setTimeout(() => { if (!signal.aborted) go("personas", state.end.persona_id); }, 1500);
    }
  } catch (error) {
    if (!signal.aborted) fill(outcome, problemNotice(error));
  }
}

function ending(state) {
  const { end } = state;
  if (end?.problem) return problemNotice(new ProblemError(end.problem));
  if (!end) return null;
  return h("div", { class: `notice ${end.status === "flagged" ? "warn" : "good"}` },
    h("p", {}, statusBadge(end.status ?? "completed"), ` in ${seconds(end.duration_ms)}. `, end.persona_id ? h("a", { href: link("personas", end.persona_id) }, "Open the persona") : null));
}

function generation(state) {
  return [
    state.attempts.map((attempt, index) => h("section", { class: "attempt", "aria-label": `Attempt ${attempt.number}` },
      state.attempts.length > 1 ? h("h2", {}, `Attempt ${attempt.number}`) : null,
      attempt.retry ? retryNotice(attempt.retry) : null,
      h("ol", { class: "steps" }, attempt.stepNames(index === state.attempts.length - 1).map((step) => stepRow(step, attempt.steps.get(step)))),
      attempt.score ? scores(attempt.score) : null)),
    h("p", { class: "totals" }, h("strong", {}, usd(state.cost)), " · ", tokens(state.tokens)),
  ];
}

/** Why the attempt was asked for: the findings that its steps are given. */
function retryNotice(retry) {
  return h("div", { class: "notice warn" },
    h("p", {}, `The audit asked for better: ${retry.findings} findings. Written again from ${words(retry.retry_from)}.`),
    h("ul", { class: "small" }, (retry.audit_findings ?? []).map((finding) => h("li", {},
      h("code", {}, finding.field), finding.quote ? h("q", {}, finding.quote) : null, ` ${finding.note}`))));
}

function stepRow(name, step) {
  const status = step?.status ?? "waiting";
  const sign = { waiting: "○", running: "◐", done: "●", failed: "✕" }[status];
  return h("li", { class: `step ${status}` },
    h("span", { class: "light", "aria-hidden": "true" }, sign),
    h("span", { class: "name" }, h("strong", {}, heading(name)), h("span", { class: "quiet" }, ` ${WHAT[name]}`)),
    h("span", { class: "unseen" }, status),
    h("span", { class: "facts" },
      step?.model ? h("span", {}, step.model) : null,
      step ? h("span", {}, seconds(step.duration ?? Date.now() - step.since)) : null,
      step?.tokens ? h("span", {}, tokens(step.tokens)) : null,
      step?.done ? h("span", {}, usd(step.cost)) : null),
    step?.notes.length ? h("ul", { class: "step-notes small" }, step.notes.map((note) => h("li", {}, note))) : null);
}

function scores(scored) {
  return h("dl", { class: "scores" }, scoreEntries(scored.kind === "confirmation" ? "Overall, confirmed" : "Overall", scored));
}

function job(state) {
  const { done, total } = state.progress;
  return h("div", { class: "job" },
    h("progress", { max: total || 1, value: done, "aria-label": "Progress" }),
    h("p", {}, total ? `${done} of ${total}` : "Waiting to start"),
    state.end?.tokens ? h("p", { class: "totals" }, h("strong", {}, usd(state.end.cost_usd)), " · ", tokens(state.end.tokens)) : null);
}
