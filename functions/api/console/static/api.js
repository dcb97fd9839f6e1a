// Calls the public API with the key of this tab: JSON, pages of lists, and server-sent events.

import { apiKey, signOut } from "./session.js";

const RETRY_MS = 1000;

/** A reply that is an RFC 9457 problem. */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/** Sends a request and returns its Response. Raises ProblemError. `body` is sent as JSON; `key` is the tab's unless another is given. */
export async function send(method, path, { body, headers = {}, signal, key = apiKey() } = {}) {
  let reply;
  try {
    reply = await fetch(path.replace(/^\//, ""), {
      method,
      signal,
      headers: {
        Authorization: `Bearer ${key ?? ""}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ProblemError({ status: 0, code: "no_connection", title: "The server does not answer", detail: "Check that it is running, then try again." });
  }
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => ({ status: reply.status, title: reply.statusText || `Error ${reply.status}` }));
  if (reply.status === 401 && key === apiKey()) {
    signOut();
    window.dispatchEvent(new CustomEvent("signed-out", { detail: problem }));
  }
  throw new ProblemError(problem);
}

/** Sends a request and returns the JSON of its reply, or null if it has none. */
export async function call(method, path, options) {
  const reply = await send(method, path, options);
  return reply.status === 204 ? null : reply.json();
}

export const get = (path, options) => call("GET", path, options);

/** A POST that repeats safely: each call has an Idempotency-Key of its own. */
export function post(path, body, { headers = {}, ...options } = {}) {
  return call("POST", path, { body, headers: { "Idempotency-Key": crypto.randomUUID(), ...headers }, ...options });
}

/** The path with query parameters; null, undefined and "" are left out. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") query.append(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

/** Yields {event, id, data} of one event stream until it ends. */
export async function* eventsOf(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (rest + value).split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) {
      const found = { event: "message", id: null, data: "" };
      for (const line of frame.split(/\r?\n/)) {
        const [, name, text] = /^(event|id|data): ?(.*)$/.exec(line) ?? [];
        if (name === "data") found.data += (found.data ? "\n" : "") + text;
        else if (name) found[name] = text;
      }
      if (found.data) yield { ...found, data: JSON.parse(found.data) };
    }
  }
}

/** Yields the events of a run from its first to its terminal one; a broken stream is resumed after the last event. */
export async function* followRun(runId, signal) {
  let last = null;
  for (let pause = RETRY_MS; ; pause = Math.min(pause * 2, 15_000)) {
    try {
      const headers = { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) };
      const reply = await send("GET", `/v1/runs/${runId}/events`, { headers, signal });
      if (reply.status === 204) return;
      for await (const { id, event, data } of eventsOf(reply)) {
        if (event === "error") throw new ProblemError(data);
        last = id ?? last;
        pause = RETRY_MS;
        yield data;
        if (/^(pipeline|job)\.(completed|failed|cancelled)$/.test(data.type)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProblemError && error.problem.status >= 400 && error.problem.status < 500) throw error;
    }
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    if (signal.aborted) return;
  }
}
