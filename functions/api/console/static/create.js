// The page that takes a brief and starts a run.

import { get, post, send } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { estimateLine } from "./estimate.js";
import { words } from "./format.js";
import { languageField } from "./language.js";
import { problemNotice } from "./notices.js";
import { go } from "./router.js";

const MOST_CHARACTERS = 4000;
const MOST_PEOPLE = 20;
const EXAMPLES = [
  "A retired smuggler, 66, who teaches piano in Trieste and owes one man an apology",
  "Deniz, 34, founder in Istanbul: warm to everyone, known by no one, afraid of being ordinary",
  "Eine Nachtschwester aus Görlitz, die seit dem Hochwasser jeden Schlüssel zweimal dreht",
  "A ferry pilot, 67, who cannot swim and has never told the crew",
  "An over-polite customs officer in Nagasaki who writes detective stories with no culprit",
];

export async function view(_, { signal }) {
  const brief = h("textarea", { id: "brief", rows: 5, maxlength: MOST_CHARACTERS, required: true, "aria-describedby": "brief-help", placeholder: EXAMPLES[0] });
  const preset = h("select", { id: "preset" }, h("option", { value: "" }, "Settings of the workspace"));
  const slug = h("input", { id: "slug", maxlength: 63, placeholder: "optional", spellcheck: "false", autocomplete: "off" });
  const count = h("input", { id: "count", type: "number", min: 1, max: MOST_PEOPLE, value: 1, required: true });
  const several = () => Number(count.value) > 1;
  const notice = h("div", { "aria-live": "assertive" });
  const button = h("button", { type: "submit", class: "main" }, "Create persona");
  const asked = () => ({
    intent: brief.value,
    ...(language.value() ? { language: language.value() } : {}),
    ...(several() ? { count: Number(count.value) } : {}),
    ...(slug.value.trim() && !several() ? { slug: slug.value.trim() } : {}),
  });
  const body = async () => ({ ...asked(), ...(await presetConfig(preset.value, signal)) });

  const estimate = estimateLine("/v1/personas", () => (form.checkValidity() && brief.value.trim() ? body() : null), signal);
  const language = languageField("Language of the persona", "that of the brief", estimate.soon);
  brief.addEventListener("input", estimate.soon);
  preset.addEventListener("change", estimate.soon);
  // A slug names one persona.
  count.addEventListener("input", () => { slug.disabled = several(); estimate.soon(); });

  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const receipt = await post("/v1/personas", await body(), { headers: { Prefer: "respond-async" }, signal });
      // The page of all runs shows those of several people as they come.
      if (receipt.runs) go("runs");
      else go("runs", receipt.run_id);
    } catch (error) {
      if (!signal.aborted) fill(notice, problemNotice(error));
      button.disabled = false;
    }
  };
  const submitKey = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form.requestSubmit(); };
  brief.addEventListener("keydown", submitKey);
  presetNames(signal).then((names) => preset.append(...names.map((name) => h("option", { value: name }, words(name)))));

  const form = h("form", { class: "create", onsubmit: submit },
    h("label", { for: "brief" }, "Brief"),
    brief,
    h("p", { id: "brief-help", class: "quiet small" }, "Who is it, where, and what is the matter with them? Any language. Facts you state are kept."),
    h("fieldset", { class: "examples" }, h("legend", {}, "Or begin with an example"),
      EXAMPLES.map((text) => h("button", { type: "button", class: "chip", onclick: () => { brief.value = text; brief.focus(); estimate.soon(); } }, text))),
    h("div", { class: "fields" },
      language.element,
      h("div", {}, h("label", { for: "count" }, "How many different people"), count),
      h("div", {}, h("label", { for: "preset" }, "Models"), preset),
      h("div", {}, h("label", { for: "slug" }, "Slug, its unique name"), slug)),
    estimate.element,
    notice,
    h("div", { class: "actions" }, button, h("span", { class: "quiet small" }, "Ctrl + Enter"), curlButton("POST", "/v1/personas", asked)));

  return {
    title: "Create",
    content: h("section", { class: "page narrow" },
      h("h1", { tabindex: -1 }, "Create a persona"),
      h("p", { class: "lead" }, "From the inside out: what drives the person first, what a stranger sees last. A second model audits the result."),
      form),
    shown: () => brief.focus(),
  };
}

/** Names of the presets; none without the scope `config:read`. */
async function presetNames(signal) {
  return (await get("/v1/config/schema", { signal }).catch(() => ({ presets: [] }))).presets;
}

/** The settings that a preset would set, for this run alone: those of its keys that a request may set. */
async function presetConfig(name, signal) {
  if (!name) return {};
  const [schema, plan] = await Promise.all([
    get("/v1/config/schema", { signal }),
    send("POST", `/v1/config/presets/${encodeURIComponent(name)}/apply`, { body: { dry_run: true }, signal }).then((reply) => reply.json()),
  ]);
  const allowed = new Set(schema.data.filter((key) => key.scopes.includes("request")).map((key) => key.key));
  const config = {};
  for (const change of plan.changes) if (allowed.has(change.key) && change.after?.is_set) config[change.key] = change.after.value;
  return { config };
}
