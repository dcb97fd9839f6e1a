// The list of personas: newest first, read page by page while one scrolls, kept up to date by live events.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { h } from "./dom.js";
import { ago, isOffline, percent, usd, words } from "./format.js";
import { watchWorkspace } from "./live.js";
import { empty, problemNotice } from "./notices.js";
import { link } from "./router.js";
import { personaFilters } from "./people-filters.js";
import { statusBadge } from "./status.js";

const PAGE = 50;

export async function view(_, { signal }) {
  const rows = h("ul", { class: "people", "aria-label": "Personas" });
  const end = h("div", { class: "list-end" });
  const byId = new Map();
  let cursor = null;
  let reading = null;
  const filters = personaFilters(() => again());

  const more = async () => {
    if (reading || cursor === undefined) return;
    const mine = new AbortController();
    reading = mine;
    try {
      const page = await get(withQuery("/v1/personas", { ...filters.values(), limit: PAGE, cursor }), { signal: AbortSignal.any([signal, mine.signal]) });
      for (const persona of page.data) put(persona, false);
      cursor = page.next_cursor ?? undefined;
      end.replaceChildren(cursor === undefined ? (byId.size ? "" : nothing(filters)) : "Loading …");
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!signal.aborted) end.replaceChildren(problemNotice(error));
      cursor = undefined;
    }
    reading = null;
    if (end.isConnected && cursor !== undefined && end.getBoundingClientRect().top < window.innerHeight * 2) await more();
  };

  const again = () => {
    reading?.abort();
    reading = null;
    cursor = null;
    byId.clear();
    rows.replaceChildren();
    return more();
  };

  const put = (persona, first) => {
    const row = personaRow(persona);
    if (byId.has(persona.id)) byId.get(persona.id).replaceWith(row);
    else if (first) rows.prepend(row);
    else rows.append(row);
    byId.set(persona.id, row);
  };

  await more();
  const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) more(); }, { rootMargin: "100%" });
  watcher.observe(end);
  signal.addEventListener("abort", () => watcher.disconnect());
  watchWorkspace(async (event) => {
    if (!/^run\.started$|completed$|failed$/.test(event.type) || event.type.startsWith("step.")) return;
    if (!event.persona_id) return; // an evaluation
    const persona = await get(`/v1/personas/${event.persona_id}`, { signal }).catch(() => null);
    if (persona && !persona.evaluation_id && (byId.has(persona.id) || !filters.isSet())) put(persona, true);
  }, signal);

  return {
    title: "Personas",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" },
        h("h1", { tabindex: -1 }, "Personas"),
        h("div", { class: "actions" }, curlButton("GET", "/v1/personas"), h("a", { class: "button", href: "#/voices" }, "Map of voices"), h("a", { class: "button main", href: "#/create" }, "Create"))),
      filters.element,
      rows,
      end),
  };
}

function nothing(filters) {
  if (filters.isSet()) return empty("No persona matches.");
  return empty("No personas yet.", h("a", { href: "#/create" }, "Create the first one"));
}

function personaRow(persona) {
  const { surface, audit, test_suite: suite } = persona;
  const name = surface?.name ?? (persona.status === "failed" ? "Not written" : "Being written");
  return h("li", {},
    h("a", { href: persona.status === "generating" ? link("runs", persona.run_id) : link("personas", persona.id) },
      h("span", { class: "who" },
        h("strong", {}, name),
        h("span", { class: "quiet" }, surface ? `${surface.age} · ${surface.occupation} · ${surface.location}` : "")),
      h("span", { class: "brief quiet" }, persona.intent),
      h("span", { class: "marks" },
        statusBadge(persona.status),
        audit ? figure("audit", audit.overall.toFixed(1)) : null,
        suite ? figure("suite", suite.pass_rate === null ? "–" : percent(suite.pass_rate)) : null,
        persona.fingerprint ? figure("voice", words(persona.fingerprint.grade)) : null,
        persona.providers.some(isOffline) ? h("span", { class: "badge warn" }, "offline") : figure("cost", usd(persona.usage.cost_usd)),
        h("time", { class: "quiet", datetime: persona.created_at }, ago(persona.created_at)))));
}

const figure = (name, value) => h("span", { class: "figure" }, h("span", { class: "quiet" }, `${name} `), value);
