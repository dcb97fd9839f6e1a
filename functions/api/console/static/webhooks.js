// The webhook endpoints of the workspace, and a form for a new one.

import { get } from "./api.js";
import { choices, creationForm, secretNotice } from "./creation.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { ago, words } from "./format.js";
import { empty } from "./notices.js";
import { link } from "./router.js";
import { statusBadge } from "./status.js";
import { EVENTS } from "./vocabularies.js";

const ALL = "*";

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

/** The signing secret of an endpoint, new or rotated. */
export const signingSecret = (secret) => secretNotice("The signing secret is shown this once.", secret, "Copy secret");

function form(notice, draw, signal) {
  const url = h("input", { id: "hook-url", type: "url", required: true, placeholder: "https://example.com/hooks" });
  const about = h("input", { id: "hook-about", maxlength: 500 });
  const events = choices("Events", "event", [ALL, ...EVENTS], ALL, (name) => (name === ALL ? "all events" : name));
  return creationForm({
    title: "New endpoint",
    path: "/v1/webhooks",
    content: [
      h("div", { class: "fields" },
        h("div", {}, h("label", { for: "hook-url" }, "URL"), url),
        h("div", {}, h("label", { for: "hook-about" }, "Note"), about)),
      events.element,
    ],
    button: "Add endpoint",
    body: () => ({ url: url.value, events: events.chosen(), ...(about.value ? { description: about.value } : {}) }),
    created: (endpoint) => signingSecret(endpoint.secret),
    notice,
    draw,
    signal,
  });
}
