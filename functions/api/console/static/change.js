// The tab to change a persona: regenerate, audit again, fork, slug and audience, archive, delete.

import { call, post } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { heading } from "./format.js";
import { problemNotice } from "./notices.js";
import { go, refresh } from "./router.js";
import { STEPS } from "./run-state.js";

export function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}`;
  return h("div", { class: "cards" }, regenerate(path, signal), audit(persona, path, signal), fork(path, signal), label(persona, path, signal), end(persona, path, signal));
}

/** A card with a form; `work` is done at its submission, and what goes wrong is said in it. */
function actionCard({ title, about, fields, button, work, curl }) {
  const notice = h("div", { "aria-live": "polite" });
  const submit = h("button", { type: "submit", class: "main" }, button);
  const form = h("form", {
    class: "card form",
    onsubmit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        await work();
      } catch (error) {
        if (error.name !== "AbortError") fill(notice, problemNotice(error));
      }
      submit.disabled = false;
    },
  }, h("h2", {}, title), h("p", { class: "quiet small" }, about), fields, notice, h("div", { class: "actions" }, submit, curl));
  return form;
}

/** A labelled control. */
function control(name, input) {
  input.id ||= `control-${name.replaceAll(" ", "-").toLowerCase()}`;
  return h("div", { class: "stack tight" }, h("label", { for: input.id }, name), input);
}

function regenerate(path, signal) {
  const step = h("select", {}, STEPS.map((name) => h("option", { value: name, selected: name === "mask_build" }, heading(name))));
  const body = () => ({ from: step.value });
  return actionCard({
    title: "Regenerate from here",
    about: "Layers of earlier steps are kept. Until the run completes the persona reads as before.",
    fields: control("First step", step),
    button: "Regenerate",
    work: async () => go("runs", (await post(`${path}/regenerate`, body(), { headers: { Prefer: "respond-async" }, signal })).run_id),
    curl: curlButton("POST", `${path}/regenerate`, body),
  });
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

function fork(path, signal) {
  const slug = h("input", { maxlength: 63, placeholder: "optional", spellcheck: "false" });
  const note = h("input", { maxlength: 500 });
  const body = () => ({ ...(slug.value.trim() ? { slug: slug.value.trim() } : {}), ...(note.value.trim() ? { note: note.value.trim() } : {}) });
  return actionCard({
    title: "Fork",
    about: "A persona of its own with these layers, to edit. Fingerprint and suite are computed for it; no model writes.",
    fields: [control("Slug of the fork", slug), control("Note", note)],
    button: "Fork",
    work: async () => go("personas", (await post(`${path}/fork`, body(), { signal })).id),
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
