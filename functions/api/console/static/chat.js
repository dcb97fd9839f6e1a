// The chat beside a persona: replies as they are written, the drift under each, and the session's chart.

import { ProblemError, eventsOf, send } from "./api.js";
import { messagesOf, sessionList } from "./chat-sessions.js";
import { curlButton } from "./curl.js";
import { cusumChart } from "./cusum.js";
import { fill, h } from "./dom.js";
import { driftBar } from "./drift.js";
import { tokens, usd } from "./format.js";
import { problemNotice } from "./notices.js";

/** The panel. A chat continues after a reload of the tab, until "New chat". */
export function chat(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/chat`;
  const name = persona.surface.name;
  const log = h("div", { class: "messages", role: "log", "aria-label": `Chat with ${name}`, tabindex: 0 });
  const chart = h("div", { class: "session-chart" });
  const input = h("textarea", { rows: 2, maxlength: 8000, "aria-label": `Message to ${name}`, placeholder: `Say something to ${name}` });
  const button = h("button", { type: "submit", class: "main" }, "Send");
  const state = new ChatState(persona.id);

  const submit = async (event) => {
    event.preventDefault();
    const message = input.value.trim();
    if (!message || button.disabled) return;
    button.disabled = true;
    if (!state.session) log.replaceChildren();
    input.value = "";
    log.append(mine(message));
    try {
      await exchange(path, message, state, log, signal);
      fill(chart, cusumChart(state.drifts));
    } catch (error) {
      if (!signal.aborted) log.append(problemNotice(error));
      input.value = message;
    }
    button.disabled = false;
    log.scrollTop = log.scrollHeight;
    input.focus();
  };
  const restart = () => {
    state.begin(null);
    fill(log, h("p", { class: "quiet" }, `Talk with ${name}. Each reply is compared with the voice's fingerprint.`));
    fill(chart);
  };
  const reopen = async (session) => {
    try {
      const messages = await messagesOf(persona.id, session, signal);
      state.begin(session, messages.map((message) => message.drift).filter(Boolean));
      fill(log, messages.map((message) => (message.role === "user" ? mine(message.content) : theirs(message))));
      fill(chart, cusumChart(state.drifts));
      log.scrollTop = log.scrollHeight;
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 404) restart();
      else if (!signal.aborted) fill(log, problemNotice(error));
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      input.form.requestSubmit();
    }
  });
  if (state.session) reopen(state.session);
  else restart();

  return h("aside", { class: "chat", "aria-label": "Chat" },
    h("header", {}, h("h2", {}, "Chat"), h("div", { class: "actions" },
      curlButton("POST", path, () => ({ message: input.value || "Did you sleep at all?", ...(state.session ? { session_id: state.session } : {}) })),
      sessionList(persona.id, reopen, (id) => { if (id === state.session) restart(); }, signal),
      h("button", { type: "button", class: "plain", onclick: () => { restart(); input.focus(); } }, "New chat"))),
    log,
    chart,
    h("form", { onsubmit: submit }, input, button));
}

/** The session of a persona's chat in this tab, and the drift of its replies. */
class ChatState {
  constructor(personaId) {
    this.name = `fourfold.session.${personaId}`;
    this.session = sessionStorage.getItem(this.name);
    this.drifts = [];
  }

  begin(session, drifts = []) {
    this.session = session;
    this.drifts = drifts;
    if (session) sessionStorage.setItem(this.name, session);
    else sessionStorage.removeItem(this.name);
  }
}

const mine = (text) => h("div", { class: "message mine" }, h("span", { class: "unseen" }, "You: "), text);

const theirs = (message) => h("div", { class: "message theirs" }, h("p", {}, message.content), underReply(message));

/** What is under a reply: its drift, and which model wrote it at what cost. */
function underReply({ drift, recovery, provider, model, usage }) {
  return [
    drift ? driftBar(drift, recovery) : null,
    usage ? h("p", { class: "quiet small" }, `${provider}:${model} · ${tokens(usage.tokens)} · ${usd(usage.cost_usd)}`) : null,
  ];
}

async function exchange(path, message, state, log, signal) {
  const text = h("p", {});
  const bubble = h("div", { class: "message theirs", "aria-busy": "true" }, text);
  log.append(bubble);
  const body = { message, stream: true, ...(state.session ? { session_id: state.session } : {}) };
  try {
    const reply = await send("POST", path, { body, signal, headers: { "Idempotency-Key": crypto.randomUUID() } });
    for await (const { event, data } of eventsOf(reply)) {
      if (event === "token") text.append(data.text);
      else if (event === "restarted") text.replaceChildren();
      else if (event === "error") throw new ProblemError(data);
      else if (event === "completed") {
        state.begin(data.session_id, [...state.drifts, data.drift]);
        fill(text, data.reply);
        bubble.removeAttribute("aria-busy");
        bubble.append(...underReply(data).filter(Boolean));
      }
      log.scrollTop = log.scrollHeight;
    }
  } catch (error) {
    bubble.remove();
    throw error;
  }
}
