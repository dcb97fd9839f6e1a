// The webhook endpoints of the workspace, and a form for a new one.

import { get, post } from "./api.js";
import { curlButton } from "./curl.js";
import { copyFrom, fill, h } from "./dom.js";
import { ago, words } from "./format.js";
import { empty, problemNotice } from "./notices.js";
import { link } from "./router.js";
import { statusBadge } from "./status.js";

const EVENTS = [
  "*", "generation.run.started", "generation.run.completed", "generation.run.failed", "persona.created", "persona.flagged",
  "persona.updated", "persona.deleted", "persona.fingerprint.ready", "persona.test_suite_complete", "persona.drift_detected", "config.changed",
];

export async function view(_, { signal }) {
  const notice = h("div", { "aria-live": "polite" });
  const list = h("div", { class: "stack" });
  const draw = async () => {
    const { data } = await get("/v1/webhooks", { signal });
    fill(list, data.length ? data.map(card) : empty("No endpoint receives events yet."));
  };
  await draw();
  return {
    title: "Webhooks",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Webhooks"), h("div", { class: "actions" }, curlButton("GET", "/v1/webhooks"))),
      notice,
      list,
      form(notice, draw, signal)),
  };
}

function card(endpoint) {
  return h("article", { class: "card" },
    h("header", {},
      h("h2", {}, h("a", { href: link("webhooks", endpoint.id) }, endpoint.url)),
      endpointBadge(endpoint)),
    endpoint.description ? h("p", {}, endpoint.description) : null,
    h("p", { class: "quiet small" }, `${endpoint.events.join(", ")} · created ${ago(endpoint.created_at)}`));
}

/** Enabled, disabled and why, or failing since when. */
export function endpointBadge(endpoint) {
  if (!endpoint.enabled) return h("span", { class: "badge bad" }, `✕ disabled ${words(endpoint.disabled_reason ?? "")}`);
  return endpoint.failing_since ? h("span", { class: "badge warn" }, `▲ failing since ${ago(endpoint.failing_since)}`) : statusBadge("active");
}

/** A new secret, which is shown once. */
export function secretNotice(secret) {
  return h("div", { class: "notice good" },
    h("p", {}, "The signing secret is shown this once."),
    h("p", {}, h("code", {}, secret), " ", h("button", { type: "button", onclick: ({ currentTarget }) => copyFrom(currentTarget, secret) }, "Copy secret")));
}

function form(notice, draw, signal) {
  const url = h("input", { id: "hook-url", type: "url", required: true, placeholder: "https://example.com/hooks" });
  const about = h("input", { id: "hook-about", maxlength: 500 });
  const boxes = EVENTS.map((name) => h("input", { type: "checkbox", value: name, id: `event-${name}`, checked: name === "*" }));
  const body = () => ({ url: url.value, events: boxes.filter((box) => box.checked).map((box) => box.value), ...(about.value ? { description: about.value } : {}) });
  const submit = async (event) => {
    event.preventDefault();
    try {
      const created = await post("/v1/webhooks", body(), { signal });
      fill(notice, secretNotice(created.secret));
      event.target.reset();
      await draw();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
    notice.scrollIntoView({ block: "nearest" });
  };
  return h("form", { class: "card form", onsubmit: submit },
    h("h2", {}, "New endpoint"),
    h("div", { class: "fields" },
      h("div", {}, h("label", { for: "hook-url" }, "URL"), url),
      h("div", {}, h("label", { for: "hook-about" }, "Note"), about)),
    h("fieldset", {}, h("legend", {}, "Events"), h("div", { class: "fields" }, boxes.map((box) => h("label", { class: "check", for: box.id }, box, box.value === "*" ? "all events" : box.value)))),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, "Add endpoint"), curlButton("POST", "/v1/webhooks", body)));
}
