// One webhook endpoint: its switches, and its deliveries with every attempt, each of which can be replayed.

import { call, get, post, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when, words } from "./format.js";
import { empty, problemNotice } from "./notices.js";
import { go } from "./router.js";
import { statusBadge } from "./status.js";
import { scrollingTable } from "./table.js";
import { EVENTS } from "./vocabularies.js";
import { endpointBadge, signingSecret } from "./webhooks.js";

const DAY_MS = 86_400_000;

export async function view({ endpoint: id }, { signal }) {
  const path = `/v1/webhooks/${encodeURIComponent(id)}`;
  const notice = h("div", { "aria-live": "polite" });
  const about = h("div", { class: "card" });
  const list = h("div", { class: "stack" });
  const act = (work) => async () => {
    try {
      await work();
      await draw();
    } catch (error) {
      if (!signal.aborted) fill(notice, problemNotice(error));
    }
  };
  const say = (text) => fill(notice, h("p", { class: "notice good" }, text));
  const actions = (endpoint) => [
    ["Ping", async () => { await post(`${path}/ping`, undefined, { signal }); say("A ping is on its way; it appears below."); }],
    ["Rotate secret", async () => fill(notice, signingSecret((await post(`${path}/rotate`, {}, { signal })).secret))],
    [endpoint.enabled ? "Disable" : "Enable", () => call("PATCH", path, { body: { enabled: !endpoint.enabled }, signal })],
    ["Replay all dead of a day", async () => say(`${(await post(`${path}/replay`, { since: new Date(Date.now() - DAY_MS).toISOString() }, { signal })).replayed} deliveries start again.`)],
    ["Delete", async () => { if (confirm("Delete this endpoint and its deliveries?")) { await call("DELETE", path, { signal }); go("webhooks"); } }],
  ];
  const draw = async () => {
    const [endpoint, deliveries] = await Promise.all([get(path, { signal }), get(withQuery(`${path}/deliveries`, { limit: 50 }), { signal })]);
    fill(about,
      h("header", {}, h("p", { class: "mono" }, endpoint.url), endpointBadge(endpoint)),
      h("p", { class: "quiet small" }, endpoint.events.join(", "), endpoint.rotating_until ? ` · the previous secret also signs until ${when(endpoint.rotating_until)}` : ""),
      h("div", { class: "actions" }, sample(path, act, say, signal), actions(endpoint).map(([name, work]) => h("button", { type: "button", class: name === "Delete" ? "danger" : null, onclick: act(work) }, name))));
    fill(list, deliveries.data.length ? table(deliveries.data, path, act, say, signal) : empty("Nothing was delivered yet."));
  };
  await draw();
  return {
    title: "Webhook",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Webhook"), h("div", { class: "actions" }, h("button", { type: "button", class: "plain", onclick: act(async () => {}) }, "Refresh"), curlButton("GET", `${path}/deliveries`))),
      notice,
      about,
      h("h2", {}, "Deliveries"),
      list),
  };
}

/** A sample of any event, to try the receiver with. */
function sample(path, act, say, signal) {
  const type = h("select", { class: "inline", "aria-label": "Event of the sample" }, EVENTS.map((name) => h("option", { value: name }, name)));
  const send = act(async () => { await post(`${path}/test`, { type: type.value }, { signal }); say(`A sample of ${type.value} is on its way; it appears below.`); });
  return [type, h("button", { type: "button", onclick: send }, "Send sample"), curlButton("POST", `${path}/test`, () => ({ type: type.value }))];
}

function table(deliveries, path, act, say, signal) {
  return scrollingTable("Deliveries", ["event", "status", "attempts", "when", ""], deliveries.map((delivery) => h("tr", {},
    h("th", { scope: "row" }, delivery.event_type),
    h("td", {}, statusBadge(delivery.status), delivery.dead_reason ? h("span", { class: "quiet small" }, ` ${words(delivery.dead_reason)}`) : null),
    h("td", { class: "small" }, h("ol", {}, delivery.attempts.map((attempt) => h("li", {}, attemptText(attempt)))), delivery.next_attempt_at ? h("p", { class: "quiet" }, `next ${when(delivery.next_attempt_at)}`) : null),
    h("td", {}, when(delivery.created_at)),
    h("td", {}, h("button", {
      type: "button",
      class: "plain",
      "aria-label": `Replay ${delivery.event_type} of ${when(delivery.created_at)}`,
      onclick: act(async () => { await post(`${path}/deliveries/${delivery.id}/replay`, undefined, { signal }); say("It is delivered again."); }),
    }, "Replay")))));
}

const attemptText = (attempt) => `${when(attempt.at)} · ${words(attempt.result)}${attempt.status_code ? ` ${attempt.status_code}` : ""} · ${attempt.latency_ms} ms`;
