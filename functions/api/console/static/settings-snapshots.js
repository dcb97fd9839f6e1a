// The tab with the snapshots of a scope: take one, compare it with now, roll back to it.

import { get, post, withQuery } from "./api.js";
import { creationForm } from "./creation.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when } from "./format.js";
import { changesTable, consequences } from "./key-changes.js";
import { empty, problemNotice } from "./notices.js";
import { scrollingTable } from "./table.js";

export async function tab(scope, { signal }) {
  const path = withQuery("/v1/config/snapshots", { scope });
  const list = h("div", {});
  const notice = h("div", { class: "stack", "aria-live": "polite" });
  const attempt = async (work) => {
    try {
      await work();
      notice.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (!signal.aborted) fill(notice, problemNotice(error));
    }
  };
  const draw = async () => {
    const { data, has_more: more } = await get(path, { signal });
    fill(list, data.length ? table(data, (snapshot) => attempt(() => preview(snapshot))) : empty("No snapshot was taken of this scope."), more ? h("p", { class: "quiet small" }, `The newest ${data.length}.`) : null);
  };
  /** What a rollback would change, with a button that does it. */
  const preview = async (snapshot) => {
    const address = `/v1/config/snapshots/${snapshot.id}/rollback`;
    const found = await post(address, { dry_run: true }, { signal });
    const roll = () => attempt(async () => {
      const done = await post(address, { reason: `Back to ${snapshot.label}`.slice(0, 500) }, { signal });
      fill(notice, h("p", { class: "notice good" }, `Rolled back to “${snapshot.label}”: revision ${done.revision}, ${done.changes.length} changed.`), consequences(done));
    });
    fill(notice, h("section", { class: "card", "aria-label": "Rollback" },
      h("header", {}, h("h2", {}, `Back to “${snapshot.label}” would change`), curlButton("POST", address, { dry_run: true })),
      consequences(found),
      found.changes.length ? h("div", { class: "actions" }, h("button", { type: "button", class: "main", onclick: roll }, "Roll back")) : null,
      changesTable(found.changes)));
  };
  await draw();
  return h("div", { class: "stack" },
    h("div", { class: "page-head" }, h("p", { class: "quiet" }, "A snapshot keeps all that the scope sets and locks. Rolling back makes a new revision; the history stays."), curlButton("GET", path)),
    notice,
    list,
    form(scope, notice, draw, signal));
}

function table(snapshots, preview) {
  return scrollingTable("Snapshots", ["label", "revision", "keys", "by", "when", ""], snapshots.map((snapshot) => h("tr", {},
    h("th", { scope: "row" }, snapshot.label),
    h("td", {}, snapshot.revision),
    h("td", {}, snapshot.keys),
    h("td", { class: "small" }, snapshot.by),
    h("td", {}, when(snapshot.at)),
    h("td", {}, h("button", { type: "button", class: "plain", "aria-label": `Roll back to ${snapshot.label}`, onclick: () => preview(snapshot) }, "Roll back …")))));
}

function form(scope, notice, draw, signal) {
  const label = h("input", { id: "snapshot-label", required: true, maxlength: 100, autocomplete: "off", placeholder: "before the new judge" });
  return creationForm({
    title: "New snapshot",
    path: "/v1/config/snapshots",
    content: h("div", { class: "fields" }, h("div", {}, h("label", { for: "snapshot-label" }, "Label"), label)),
    button: "Take snapshot",
    body: () => ({ scope, label: label.value }),
    created: (made) => h("p", { class: "notice good" }, `“${made.label}” keeps ${made.keys} keys of revision ${made.revision}.`),
    notice,
    draw,
    signal,
  });
}
