// The frame of a persona's pages: who it is, its tabs, and the chat beside them.

import { get } from "./api.js";
import { curlButton } from "./curl.js";
import { h } from "./dom.js";
import { heading, isOffline, usd, when } from "./format.js";
import { link } from "./router.js";
import { statusBadge } from "./status.js";

const TABS = [
  ["layers", "Layers", () => import("./layers.js")],
  ["suite", "Suite", () => import("./suite.js")],
  ["fingerprint", "Fingerprint", () => import("./fingerprint.js")],
  ["versions", "Versions", () => import("./versions.js")],
  ["change", "Change", () => import("./change.js")],
  ["use", "Use elsewhere", () => import("./use.js")],
];
const SPEAKABLE = new Set(["active", "flagged", "unaudited"]);

export async function view({ persona: id, tab = "layers" }, context) {
  const path = `/v1/personas/${encodeURIComponent(id)}`;
  const persona = await get(path, { signal: context.signal });
  const [name, , load] = TABS.find(([each]) => each === tab) ?? TABS[0];
  const name_ = persona.surface?.name ?? "Unwritten persona";
  const body = persona.soul ? await (await load()).tab(persona, context) : unwritten(persona);
  const chat = SPEAKABLE.has(persona.status) ? (await import("./chat.js")).chat(persona, context) : null;
  return {
    title: name_,
    content: h("div", { class: chat ? "with-chat" : "page" },
      h("section", { class: "page persona" },
        head(persona, name_, path),
        h("nav", { class: "tabs", "aria-label": "Of this persona" }, TABS.map(([each, label]) =>
          h("a", { href: each === "layers" ? link("personas", id) : link("personas", id, each), "aria-current": each === name ? "page" : null }, label))),
        body),
      chat),
  };
}

function head(persona, name, path) {
  const { surface, audit } = persona;
  return h("div", { class: "persona-head" },
    h("div", { class: "page-head" },
      h("div", {},
        h("h1", { tabindex: -1 }, name),
        surface ? h("p", { class: "lead" }, `${surface.age} · ${surface.occupation} · ${surface.location}`) : null),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "to-chat", onclick: () => document.querySelector(".chat textarea")?.focus() }, "Chat"),
        curlButton("GET", path))),
    h("p", { class: "facts-line" },
      statusBadge(persona.status),
      audit ? h("span", {}, h("strong", {}, audit.overall.toFixed(1)), h("span", { class: "quiet" }, " of 5 audited")) : null,
      persona.providers.some(isOffline) ? h("span", { class: "badge warn" }, "offline") : h("span", {}, usd(persona.usage.cost_usd)),
      persona.language ? h("span", {}, h("span", { class: "quiet" }, "language "), persona.language) : null,
      h("span", {}, h("span", { class: "quiet" }, "version "), persona.version),
      h("span", { class: "quiet" }, when(persona.created_at)),
      persona.pending_run_id ? h("a", { href: link("runs", persona.pending_run_id) }, "A run is in progress") : null),
    persona.refined ? refined(persona.refined) : null);
}

/** How far the last refinement moved a layer, as the audit's model read it. */
function refined({ layer, axis, amount, before, after, reached }) {
  const read = before === null ? "not measured" : `${signed(before)} → ${signed(after)}`;
  return h("p", { class: "facts-line" },
    h("span", { class: "quiet" }, `${heading(layer)}, ${axis} by ${signed(amount)}:`),
    h("span", {}, read),
    reached === null ? null : h("span", { class: `badge ${reached ? "good" : "warn"}` }, reached ? "✓ reached" : "▲ not reached"));
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

function unwritten(persona) {
  return h("p", { class: "notice" },
    persona.status === "failed" ? "Its run failed, so it has no layers. " : "Its layers are being written. ",
    persona.run_id ? h("a", { href: link("runs", persona.run_id) }, "See the run") : null);
}
