// The tab with the history of a scope: each commit with its author, reason and changes.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { when } from "./format.js";
import { changesTable } from "./key-changes.js";
import { empty, problemNotice } from "./notices.js";

const PAGE = 20;

export async function tab(scope, { signal }) {
  const path = withQuery("/v1/config/revisions", { scope, limit: PAGE });
  const list = h("ol", { class: "stack", "aria-label": "Revisions, newest first" });
  const end = h("div", { class: "list-end" });
  const more = async (cursor) => {
    const page = await get(withQuery("/v1/config/revisions", { scope, limit: PAGE, cursor }), { signal });
    list.append(...page.data.map(revision));
    fill(end, page.has_more ? h("button", { type: "button", onclick: () => more(page.next_cursor).catch((error) => { if (!signal.aborted) fill(end, problemNotice(error)); }) }, "Earlier revisions") : null);
    return page;
  };
  const first = await more(null);
  return h("div", { class: "stack" },
    h("div", { class: "page-head" }, h("p", { class: "quiet" }, "Each commit of the scope is a revision. A snapshot or a rollback goes back to one."), curlButton("GET", path)),
    first.data.length ? list : empty(`Nothing was ever set in the ${scope} scope.`),
    end);
}

function revision({ revision: number, kind, by, at, reason, changes }) {
  return h("li", { class: "card" },
    h("header", {}, h("h2", {}, `Revision ${number}`), h("span", { class: "quiet small" }, `${kind === "commit" ? "" : `${kind} · `}${by} · ${when(at)}`)),
    reason ? h("p", {}, reason) : null,
    h("details", {}, h("summary", {}, `${changes.length} ${changes.length === 1 ? "key" : "keys"}`), changesTable(changes, `Changes of revision ${number}`)));
}
