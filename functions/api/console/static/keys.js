// The API keys of the workspace: create with scopes, shown once, and revoke.

import { call, get } from "./api.js";
import { choices, creationForm, secretNotice } from "./creation.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { ago, when } from "./format.js";
import { problemNotice } from "./notices.js";
import { statusBadge } from "./status.js";
import { scrollingTable } from "./table.js";

const SCOPES = ["personas:read", "personas:write", "chat:write", "config:read", "config:write", "webhooks:read", "webhooks:write", "keys:write"];

export async function view(_, { signal }) {
  const list = h("div", {});
  const notice = h("div", { "aria-live": "polite" });
  const draw = async () => fill(list, table((await get("/v1/keys?limit=100", { signal })).data, revoke));
  const revoke = async (key) => {
    if (!confirm(`Revoke ${key.name}? Requests with it fail within five seconds.`)) return;
    try {
      await call("DELETE", `/v1/keys/${key.id}`, { signal });
      await draw();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
  };
  await draw();
  return {
    title: "Keys",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Keys"), h("div", { class: "actions" }, curlButton("GET", "/v1/keys"))),
      notice,
      list,
      form(notice, draw, signal)),
  };
}

function table(keys, revoke) {
  return scrollingTable("API keys", ["name", "key", "scopes", "status", "last used", "expires", ""], keys.map((key) => h("tr", {},
    h("th", { scope: "row" }, key.name),
    h("td", {}, h("code", {}, `${key.prefix}…${key.last_four}`)),
    h("td", { class: "small" }, key.scopes.join(", ")),
    h("td", {}, statusBadge(key.status)),
    h("td", {}, key.last_used_at ? ago(key.last_used_at) : "never"),
    h("td", {}, key.expires_at ? when(key.expires_at) : "never"),
    h("td", {}, key.status === "active" ? h("button", { type: "button", class: "plain danger", "aria-label": `Revoke ${key.name}`, onclick: () => revoke(key) }, "Revoke") : null))));
}

function form(notice, draw, signal) {
  const name = h("input", { id: "key-name", required: true, maxlength: 100, autocomplete: "off" });
  const days = h("input", { id: "key-days", type: "number", min: 1, max: 3650, placeholder: "never" });
  const scopes = choices("Scopes", "scope", SCOPES, "personas:read");
  return creationForm({
    title: "New key",
    path: "/v1/keys",
    content: [
      h("div", { class: "fields" },
        h("div", {}, h("label", { for: "key-name" }, "Name"), name),
        h("div", {}, h("label", { for: "key-days" }, "Expires after days"), days)),
      scopes.element,
    ],
    button: "Create key",
    body: () => ({ name: name.value, scopes: scopes.chosen(), ...(days.value ? { expires_in_days: Number(days.value) } : {}) }),
    created: (key) => secretNotice([h("strong", {}, key.name), ": shown this once."], key.key, "Copy key"),
    notice,
    draw,
    signal,
  });
}
