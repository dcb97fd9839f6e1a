// The tab with the presets: what each would change in a scope, and applying it.

import { get, post } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { words } from "./format.js";
import { changesTable, consequences } from "./key-changes.js";
import { problemNotice } from "./notices.js";

export async function tab(scope, { signal }) {
  const { presets } = await get("/v1/config/schema", { signal });
  const outcome = h("div", { class: "stack", "aria-live": "polite" });
  const attempt = (work) => async () => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) fill(outcome, problemNotice(error));
    }
  };
  const apply = (name, path) => attempt(async () => {
    const done = await post(path, { scope, reason: `Preset ${name}` }, { signal });
    fill(outcome, h("p", { class: "notice good" }, `${words(name)} is applied: revision ${done.revision}, ${done.changes.length} changed.`), consequences(done));
  });
  const preview = (name) => attempt(async () => {
    const path = `/v1/config/presets/${encodeURIComponent(name)}/apply`;
    const found = await post(path, { scope, dry_run: true }, { signal });
    fill(outcome, h("section", { class: "card", "aria-labelledby": "preset-head" },
      h("header", {}, h("h2", { id: "preset-head", tabindex: -1 }, `${words(name)} would change in the ${scope} scope`), curlButton("POST", path, { scope, dry_run: true })),
      consequences(found),
      found.changes.length ? h("div", { class: "actions" }, h("button", { type: "button", class: "main", onclick: apply(name, path) }, `Apply ${words(name)}`)) : null,
      changesTable(found.changes)));
    outcome.querySelector("h2").focus();
  });
  return h("div", { class: "stack" },
    h("div", { class: "page-head" }, h("p", { class: "quiet" }, "A preset switches all models of a scope to one provider, or to the cheapest ones, in one revision."), curlButton("GET", "/v1/config/schema")),
    h("div", { class: "actions", role: "group", "aria-label": "Presets" }, presets.map((name) => h("button", { type: "button", onclick: preview(name) }, words(name)))),
    outcome);
}
