// The earlier chats with a persona: a list to open one again or delete it.

import { call, get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { ago, usd, words } from "./format.js";
import { problemNotice } from "./notices.js";

const PAGE = 30;

/** A closed list, read when it is opened. `open` gets a session's id, `gone` the id of a deleted one. */
export function sessionList(personaId, open, gone, signal) {
  const path = `/v1/personas/${personaId}/sessions`;
  const list = h("div", { class: "stack" });
  const read = async (cursor) => {
    try {
      const page = await get(withQuery(path, { limit: PAGE, cursor }), { signal });
      if (!cursor) list.replaceChildren();
      else list.lastElementChild.remove();
      list.append(
        ...page.data.map((session) => entry(session)),
        page.has_more ? h("button", { type: "button", class: "plain", onclick: () => read(page.next_cursor) }, "Earlier chats") : "",
      );
      if (!page.data.length && !cursor) fill(list, h("p", { class: "quiet" }, "No chat yet."));
    } catch (error) {
      if (!signal.aborted) fill(list, problemNotice(error));
    }
  };
  const entry = (session) => {
    const title = session.title ?? "Untitled";
    const row = h("div", { class: "session" },
      h("button", { type: "button", class: "plain session-title", onclick: () => { place.open = false; open(session.id); } }, title),
      h("span", { class: "quiet small" }, `${session.messages} messages · ${ago(session.updated_at)} · ${usd(session.usage.cost_usd)}${session.drift.state ? ` · ${words(session.drift.state)}` : ""}${session.drift.alerts ? ` · ▲ ${session.drift.alerts}` : ""}`),
      h("button", { type: "button", class: "plain danger", "aria-label": `Delete ${title}`, onclick: () => remove(session, row) }, "Delete"));
    return row;
  };
  const remove = async (session, row) => {
    if (!confirm("Delete this chat with its messages?")) return;
    try {
      await call("DELETE", withQuery(`/v1/sessions/${encodeURIComponent(session.id)}`, { persona_id: personaId }), { signal });
      row.remove();
      gone(session.id);
    } catch (error) {
      row.append(problemNotice(error));
    }
  };
  const place = h("details", { class: "pop", ontoggle: () => { if (place.open) read(null); } },
    h("summary", { class: "plain-summary" }, "Chats"),
    h("div", { class: "pop-body" }, curlButton("GET", path), list));
  return place;
}

/** All messages of a session of a persona, oldest first. */
export async function messagesOf(personaId, sessionId, signal) {
  const messages = [];
  for (let cursor = null; cursor !== undefined;) {
    const page = await get(withQuery(`/v1/sessions/${encodeURIComponent(sessionId)}/messages`, { persona_id: personaId, limit: 100, cursor }), { signal });
    messages.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  }
  return messages;
}
