// The evaluations of the workspace, and a form that starts one: two sides, briefs, and what it may cost.

import { get, post, withQuery } from "./api.js";
import { actionCard, control } from "./action-card.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { estimateLine } from "./estimate.js";
import { ago, usd, words } from "./format.js";
import { watchWorkspace } from "./live.js";
import { empty, problemNotice } from "./notices.js";
import { go, link } from "./router.js";
import { statusBadge } from "./status.js";
import { numberHead, scrollingTable } from "./table.js";

const PATH = "/v1/evaluations";
const PAGE = 50;
const MOST_BRIEFS_TEXT = 40_000;
const METHODS = { "": "as it is set", six_steps: "six steps", naive: "one call" };

export async function view(_, { signal }) {
  const list = h("div", { class: "stack" });
  const draw = async () => {
    const page = await get(withQuery(PATH, { limit: PAGE }), { signal });
    fill(list, page.data.length ? table(page.data) : empty("Nothing was compared yet."), page.has_more ? h("p", { class: "quiet small" }, `The newest ${PAGE}.`) : null);
  };
  await draw();
  watchWorkspace((event) => { if (event.kind === "evaluation" && event.type !== "job.progress") draw().catch((error) => { if (!signal.aborted) fill(list, problemNotice(error)); }); }, signal);
  return {
    title: "Evaluations",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Evaluations"), h("div", { class: "actions" }, curlButton("GET", PATH))),
      h("p", { class: "lead" }, "Two settings on the same briefs, scored blindly by one judge: is B better than A, and how sure is that?"),
      list,
      form(await presetNames(signal), signal)),
  };
}

function table(evaluations) {
  return scrollingTable("Evaluations", ["name", "A", "B", numberHead("briefs"), "status", numberHead("cost"), "started"], evaluations.map((each) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: link("evaluations", each.id) }, each.name ?? each.id)),
    h("td", {}, each.a.label),
    h("td", {}, each.b.label),
    h("td", { class: "number" }, each.briefs),
    h("td", {}, statusBadge(each.status), each.stopped ? h("span", { class: "quiet small" }, ` ${words(each.stopped)}`) : null),
    h("td", { class: "number" }, each.spent_usd === null ? h("span", { class: "quiet" }, `up to ${usd(each.max_usd)}`) : usd(each.spent_usd)),
    h("td", {}, ago(each.created_at)))));
}

/** Names of the presets; none without the scope `config:read`. */
async function presetNames(signal) {
  return (await get("/v1/config/schema", { signal }).catch(() => ({ presets: [] }))).presets;
}

function form(presets, signal) {
  const sides = { a: sideFields("A", presets), b: sideFields("B", presets) };
  const name = h("input", { maxlength: 160, placeholder: "optional" });
  const briefs = h("textarea", { rows: 4, maxlength: MOST_BRIEFS_TEXT, placeholder: "one brief on each line; empty: the newest of the workspace" });
  const last = h("input", { type: "number", min: 1, max: 500, value: 20 });
  const most = h("input", { type: "number", min: 0.01, step: "any", value: 1, required: true });
  const lines = () => briefs.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const body = () => ({
    ...(name.value.trim() ? { name: name.value.trim() } : {}),
    a: sides.a.value(),
    b: sides.b.value(),
    ...(lines().length ? { briefs: lines() } : { last: Number(last.value) }),
    max_usd: Number(most.value),
  });
  const estimate = estimateLine(PATH, body, signal);
  const card = actionCard({
    title: "Compare A with B",
    about: "Each brief becomes a persona with the settings of A and one with those of B. They are kept apart from the workspace's own.",
    fields: [
      control("Name", name),
      h("div", { class: "cards" }, sides.a.element, sides.b.element),
      control("Briefs", briefs),
      h("div", { class: "fields" }, control("Or so many of the newest briefs", last), control("It may cost at most, in USD", most)),
      estimate.element,
    ],
    button: "Start",
    work: async () => go("evaluations", (await post(PATH, body(), { signal })).evaluation_id),
    curl: curlButton("POST", PATH, body),
  });
  card.addEventListener("input", estimate.soon);
  return card;
}

/** The settings of one side: {element, value()}. */
function sideFields(side, presets) {
  const preset = h("select", {}, h("option", { value: "" }, "settings of the workspace"), presets.map((each) => h("option", { value: each }, words(each))));
  const model = h("input", { maxlength: 120, placeholder: "provider:model, optional", spellcheck: "false" });
  const method = h("select", {}, Object.entries(METHODS).map(([value, label]) => h("option", { value }, label)));
  const label = h("input", { maxlength: 80, placeholder: "optional" });
  return {
    element: h("fieldset", {}, h("legend", {}, `Side ${side}`), control(`Models of ${side}`, preset), control(`One model for all of ${side}`, model), control(`Method of ${side}`, method), control(`Label of ${side}`, label)),
    value: () => Object.fromEntries(Object.entries({ preset: preset.value, model: model.value.trim(), method: method.value, label: label.value.trim() }).filter(([, value]) => value)),
  };
}
