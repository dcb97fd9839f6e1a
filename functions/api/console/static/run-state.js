// What the events of a run add up to.

/** The steps of a generation, in order. */
export const STEPS = ["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit"];
const PIPELINE = new Set(["generation", "audit"]);
const NO_TOKENS = { input_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0, estimated: false };

class Attempt {
  /** `first`: the step that it starts at. `retry`: the event that asked for it, null for the first. */
  constructor(number, first, retry) {
    this.number = number;
    this.first = first;
    this.retry = retry;
    this.steps = new Map();
    this.score = null;
  }

  /** The steps to show: all of the newest attempt, those that ran of an earlier one. */
  stepNames(newest) {
    if (this.steps.has("single_call")) return ["single_call", "audit"];
    return STEPS.filter((step, index) => this.steps.has(step) || (newest && index >= STEPS.indexOf(this.first)));
  }
}

/** Takes events in order; every view of a run draws from its fields. */
export class RunState {
  /** `first`: the step that the run starts at; without effect for background jobs. */
  constructor(kind = "generation", first = STEPS[0]) {
    this.kind = kind;
    this.isJob = !PIPELINE.has(kind);
    this.attempts = this.isJob ? [] : [new Attempt(1, first, null)];
    this.progress = { done: 0, total: 0 };
    this.tokens = { ...NO_TOKENS };
    this.cost = 0;
    this.end = null;
  }

  get running() {
    return this.end === null;
  }

  take(event) {
    const attempt = event.attempt ? this.attemptOf(event.attempt, event.type === "pipeline.retrying" ? event : null) : null;
    const step = event.step && attempt ? this.stepOf(attempt, event.step, event.at) : null;
    if (event.type === "step.started") step.status = "running";
    else if (event.type === "step.progress") step.notes = [`writing: ${event.tokens} tokens so far`];
    else if (event.type === "step.repaired") step.notes.push(`${event.model} is asked to repair ${event.problems} ${event.problems === 1 ? "violation" : "violations"}`);
    else if (event.type === "step.fallback") step.notes.push(`${event.from_model} failed (${event.failure?.kind ?? event.failure}); ${event.to_model} is asked`);
    else if (event.type === "step.completed") this.complete(step, event);
    else if (event.type === "step.failed") Object.assign(step, { status: "failed", duration: event.duration_ms });
    else if (event.type === "audit.scored") attempt.score = event;
    else if (event.type === "job.progress") this.progress = { done: event.done, total: event.total };
    else if (/\.(completed|failed|cancelled)$/.test(event.type)) this.end = event;
  }

  attemptOf(number, retry) {
    while (this.attempts.length < number) this.attempts.push(new Attempt(this.attempts.length + 1, retry?.retry_from ?? STEPS[0], retry));
    return this.attempts[number - 1];
  }

  stepOf(attempt, name, at) {
    // The second, independent score of a draft is part of the audit.
    const shown = name === "confirm_audit" ? "audit" : name;
    if (!attempt.steps.has(shown)) attempt.steps.set(shown, { status: "waiting", since: new Date(at).getTime(), notes: [] });
    return attempt.steps.get(shown);
  }

  complete(step, event) {
    Object.assign(step, {
      status: "done",
      done: true,
      model: `${event.provider}:${event.model}`,
      duration: (step.duration ?? 0) + event.duration_ms,
      tokens: sum(step.tokens ?? NO_TOKENS, event.tokens),
      cost: plus(step.cost ?? 0, event.cost_usd),
    });
    if (event.violations) step.notes.push(`${event.violations} constraints remain broken; the audit is given them`);
    this.tokens = sum(this.tokens, event.tokens);
    this.cost = plus(this.cost, event.cost_usd);
  }
}

function sum(one, other) {
  const total = {};
  for (const name of Object.keys(NO_TOKENS)) total[name] = name === "estimated" ? one[name] || other[name] : one[name] + other[name];
  return total;
}

const plus = (one, other) => (one === null || other === null ? null : one + other);
