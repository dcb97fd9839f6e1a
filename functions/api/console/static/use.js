// The tab to take a persona elsewhere: its voice prompt, its files, and the call of an OpenAI client.

import { get } from "./api.js";
import { curlButton } from "./curl.js";
import { copyFrom, fill, h } from "./dom.js";
import { download } from "./download.js";
import { problemNotice } from "./notices.js";

const FORMATS = [
  ["json", "fourfold JSON", "complete, can be imported"],
  ["markdown", "Markdown", "to read"],
  ["card_v3_png", "Character card V3, PNG", "complete, can be imported"],
  ["card_v3", "Character card V3, JSON", "complete, can be imported"],
  ["card_v2", "Character card V2, JSON", "complete, can be imported"],
];

export async function tab(persona, { signal }) {
  const voice = await get(`/v1/personas/${persona.id}/voice`, { signal });
  const notice = h("div", { "aria-live": "polite" });
  return h("div", { class: "cards" },
    h("section", { class: "card", "aria-labelledby": "voice-head" },
      h("header", {}, h("h2", { id: "voice-head" }, "Voice prompt"), h("div", { class: "actions" },
        curlButton("GET", `/v1/personas/${persona.id}/voice`),
        h("button", { type: "button", onclick: ({ currentTarget }) => copyFrom(currentTarget, voice.system_prompt) }, "Copy prompt"))),
      h("p", { class: "quiet small" }, "A system prompt for any chat runtime. It changes only with the persona or the safety settings."),
      h("pre", { class: "wrap prompt", tabindex: 0, role: "region", "aria-label": "Text of the voice prompt" }, voice.system_prompt)),
    h("section", { class: "card", "aria-labelledby": "lines-head" },
      h("h2", { id: "lines-head" }, "Example lines"),
      h("ul", { class: "lines" }, voice.example_lines.map((text) => h("li", {}, text)))),
    h("section", { class: "card", "aria-labelledby": "files-head" },
      h("h2", { id: "files-head" }, "Files"),
      notice,
      h("ul", { class: "files" }, FORMATS.map(([format, name, what]) =>
        h("li", {},
          h("button", { type: "button", onclick: () => download(`/v1/personas/${persona.id}/export?format=${format}`, `${persona.id}.${format}`, { signal }).catch((error) => fill(notice, problemNotice(error))) }, name),
          h("span", { class: "quiet small" }, what),
          curlButton("GET", `/v1/personas/${persona.id}/export?format=${format}`))))),
    h("section", { class: "card", "aria-labelledby": "client-head" },
      h("h2", { id: "client-head" }, "OpenAI clients"),
      h("p", { class: "quiet small" }, "Any OpenAI client talks with this persona: set its base URL and the model."),
      h("pre", { tabindex: 0 }, `base_url = "${new URL("v1/openai", document.baseURI).href}"\nmodel    = "persona:${persona.slug ?? persona.id}"`)));
}
