// The chat beside a persona: replies as they are written, the drift under each, and the session's chart.

import { ProblemError, eventsOf, send } from "./api.js";
import { curlButton } from "./curl.js";
import { cusumChart } from "./cusum.js";
import { fill, h } from "./dom.js";
import { driftBar } from "./drift.js";
import { tokens, usd } from "./format.js";
import { problemNotice } from "./notices.js";

/** The panel. One session lasts until "New chat". */
export function chat(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/chat`;
  const name = persona.surface.name;
  const log = h("div", { class: "messages", role: "log", "aria-label": `Chat with ${name}`, tabindex: 0 }, greeting(name));
  const chart = h("div", { class: "session-chart" });
  const input = h("textarea", { rows: 2, maxlength: 8000, "aria-label": `Message to ${name}`, placeholder: `Say something to ${name}` });
  const button = h("button", { type: "submit", class: "main" }, "Send");
  const state = { session: null, drifts: [] };

  const submit = async (event) => {
    event.preventDefault();
    const message = input.value.trim();
    if (!message || button.disabled) return;
    button.disabled = true;
    if (!state.session) log.replaceChildren();
    input.value = "";
    log.append(h("div", { class: "message mine" }, h("span", { class: "unseen" }, "You: "), message));
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
    Object.assign(state, { session: null, drifts: [] });
    fill(log, greeting(name));
    fill(chart);
    input.focus();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      input.form.requestSubmit();
    }
  });

  return h("aside", { class: "chat", "aria-label": "Chat" },
    h("header", {}, h("h2", {}, "Chat"), h("div", { class: "actions" },
      curlButton("POST", path, () => ({ message: input.value || "Did you sleep at all?", ...(state.session ? { session_id: state.session } : {}) })),
      h("button", { type: "button", class: "plain", onclick: restart }, "New chat"))),
    log,
    chart,
    h("form", { onsubmit: submit }, input, button));
}

const greeting = (name) => h("p", { class: "quiet" }, `Talk with ${name}. Each reply is compared with the voice's fingerprint.`);

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
      else if (event === "completed") finish(data, text, bubble, state);
      log.scrollTop = log.scrollHeight;
    }
  } catch (error) {
    bubble.remove();
    throw error;
  }
}

function finish(reply, text, bubble, state) {
  state.session = reply.session_id;
  state.drifts.push(reply.drift);
  fill(text, reply.reply);
  bubble.removeAttribute("aria-busy");
  bubble.append(driftBar(reply.drift, reply.recovery), h("p", { class: "quiet small" }, `${reply.provider}:${reply.model} · ${tokens(reply.usage.tokens)} · ${usd(reply.usage.cost_usd)}`));
}
