// The API keys of the workspace: create with scopes, shown once, and revoke.

import { call, get, post } from "./api.js";
import { curlButton } from "./curl.js";
import { copyFrom, fill, h } from "./dom.js";
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
  const boxes = SCOPES.map((scope) => h("input", { type: "checkbox", name: "scope", value: scope, id: `scope-${scope}`, checked: scope === "personas:read" }));
  const body = () => ({ name: name.value, scopes: boxes.filter((box) => box.checked).map((box) => box.value), ...(days.value ? { expires_in_days: Number(days.value) } : {}) });
  const submit = async (event) => {
    event.preventDefault();
    try {
      const created = await post("/v1/keys", body(), { signal });
      fill(notice, h("div", { class: "notice good" },
        h("p", {}, h("strong", {}, created.name), ": shown this once."),
        h("p", {}, h("code", {}, created.key), " ", h("button", { type: "button", onclick: ({ currentTarget }) => copyFrom(currentTarget, created.key) }, "Copy key"))));
      event.target.reset();
      await draw();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
    notice.scrollIntoView({ block: "nearest" });
  };
  return h("form", { class: "card form", onsubmit: submit },
    h("h2", {}, "New key"),
    h("div", { class: "fields" },
      h("div", {}, h("label", { for: "key-name" }, "Name"), name),
      h("div", {}, h("label", { for: "key-days" }, "Expires after days"), days)),
    h("fieldset", {}, h("legend", {}, "Scopes"), h("div", { class: "fields" }, boxes.map((box) => h("label", { class: "check", for: box.id }, box, box.value)))),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, "Create key"), curlButton("POST", "/v1/keys", body)));
}
