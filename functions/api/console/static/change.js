// The tab to change a persona: regenerate, audit again, fork, slug and audience, archive, delete.

import { actionCard, control } from "./action-card.js";
import { call, post } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { languageField } from "./language.js";
import { problemNotice } from "./notices.js";
import { refineFields } from "./refine.js";
import { regenerateCard } from "./regenerate.js";
import { go, refresh } from "./router.js";

export function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}`;
  return h("div", { class: "cards" }, regenerateCard(persona, signal), audit(persona, path, signal), fork(persona, path, signal), label(persona, path, signal), end(persona, path, signal));
}

function audit(persona, path, signal) {
  return actionCard({
    title: "Audit as it is",
    about: persona.audit?.stale ? "A layer was edited after the audit. One call of the audit's model scores what is there now." : "One call of the audit's model scores the layers as they are.",
    fields: null,
    button: "Audit",
    work: async () => go("runs", (await post(`${path}/audit`, {}, { headers: { Prefer: "respond-async" }, signal })).run_id),
    curl: curlButton("POST", `${path}/audit`, {}),
  });
}

function fork(persona, path, signal) {
  const slug = h("input", { maxlength: 63, placeholder: "optional", spellcheck: "false" });
  const note = h("input", { maxlength: 500 });
  const language = languageField("Language of the fork", persona.language ?? "as this one");
  const refine = refineFields();
  const body = () => ({
    ...(language.value() ? { language: language.value() } : {}),
    ...(refine.value() ? { refine: refine.value() } : {}),
    ...(slug.value.trim() ? { slug: slug.value.trim() } : {}),
    ...(note.value.trim() ? { note: note.value.trim() } : {}),
  });
  return actionCard({
    title: "Fork",
    about: "A persona of its own with these layers, to edit. No model writes, unless its language or tone changes: then a run writes the lines and words of the mask, or the layer. Fingerprint and suite are computed for it.",
    fields: [language.element, refine.element, control("Slug of the fork", slug), control("Note", note)],
    button: "Fork",
    work: async () => {
      const made = await post(`${path}/fork`, body(), { headers: { Prefer: "respond-async" }, signal });
      if (made.surface) go("personas", made.id);
      else go("runs", made.run_id);
    },
    curl: curlButton("POST", `${path}/fork`, body),
  });
}

function label(persona, path, signal) {
  const slug = h("input", { value: persona.slug ?? "", maxlength: 63, placeholder: "deniz", spellcheck: "false" });
  const audience = h("select", {}, ["private", "workspace", "public"].map((name) => h("option", { value: name, selected: name === persona.visibility }, name)));
  const body = () => ({ slug: slug.value.trim() || null, visibility: audience.value });
  return actionCard({
    title: "Slug and audience",
    about: "The slug is a unique name for addresses. The audience is a label for your application.",
    fields: [control("Slug", slug), control("Audience", audience)],
    button: "Save",
    work: async () => { await call("PATCH", path, { body: body(), signal }); refresh(); },
    curl: curlButton("PATCH", path, body),
  });
}

function end(persona, path, signal) {
  const archived = persona.status === "archived";
  const notice = h("div", { "aria-live": "polite" });
  const act = (work) => async () => {
    try {
      await work();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
  };
  const remove = async () => {
    if (!confirm(`Delete ${persona.surface.name} with all versions, runs, chats and results? This cannot be undone.`)) return;
    await call("DELETE", path, { signal });
    go();
  };
  return h("section", { class: "card" },
    h("h2", {}, "Archive or delete"),
    h("p", { class: "quiet small" }, "An archived persona cannot chat or be tested, and can come back. A deleted one cannot."),
    notice,
    h("div", { class: "actions" },
      h("button", { type: "button", onclick: act(async () => { await call("PATCH", path, { body: { archived: !archived }, signal }); refresh(); }) }, archived ? "Restore from the archive" : "Archive"),
      h("button", { type: "button", class: "danger", onclick: act(remove) }, "Delete"),
      curlButton("DELETE", path)));
}
