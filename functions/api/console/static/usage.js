// Usage: what the workspace spent by day, and on which steps, models, kinds of work and keys.

import { get, withQuery } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h, s } from "./dom.js";
import { number, percent, tokens, usd, words } from "./format.js";
import { empty, problemNotice } from "./notices.js";
import { numberHead, scrollingTable } from "./table.js";

const DAY_MS = 86_400_000;
const RANGES = { 7: "7 days", 30: "30 days", 90: "90 days" };
const GROUPS = { step: "step", model: "model", kind: "kind of work", key: "API key" };
const WIDTH = 720;
const HEIGHT = 150;
const TOP = 18;

export async function view(_, { signal }) {
  const range = select("range", RANGES, "30");
  const group = select("group", GROUPS, "step");
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const draw = async () => {
    const from = new Date(Date.now() - (Number(range.value) - 1) * DAY_MS).toISOString().slice(0, 10);
    const byDay = withQuery("/v1/usage", { from, group_by: "day" });
    const byGroup = withQuery("/v1/usage", { from, group_by: group.value });
    const [days, groups, caps] = await Promise.all([get(byDay, { signal }), get(byGroup, { signal }), readCaps(signal)]);
    fill(place, monthLine(caps), days.total.calls ? report(days, groups, caps.day, byDay, byGroup) : empty("No model was called in these days."));
  };
  const again = () => draw().catch((error) => { if (!signal.aborted) fill(place, problemNotice(error)); });
  range.addEventListener("change", again);
  group.addEventListener("change", again);
  await draw();
  return {
    title: "Usage",
    content: h("section", { class: "page" },
      h("h1", { tabindex: -1 }, "Usage"),
      h("p", { class: "lead" }, "What model calls came to, at list price. A run counts on the day (UTC) that it ends, failed and cancelled ones too."),
      h("div", { class: "fields" },
        h("div", {}, h("label", { for: range.id }, "Days"), range),
        h("div", {}, h("label", { for: group.id }, "By"), group)),
      place),
  };
}

function select(id, options, chosen) {
  return h("select", { id }, Object.entries(options).map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
}

/** The workspace's caps in USD, null where none is set, and what this month came to if it has one. None without `config:read`. */
async function readCaps(signal) {
  const { data } = await get("/v1/config?prefix=api.limits.usd_per", { signal }).catch(() => ({ data: [] }));
  const cap = (unit) => data.find(({ key }) => key === `api.limits.usd_per_${unit}`)?.value ?? null;
  const month = cap("month");
  const from = `${new Date().toISOString().slice(0, 7)}-01`;
  const spent = month === null ? null : (await get(withQuery("/v1/usage", { from, group_by: "kind" }), { signal })).total.cost_usd;
  return { day: cap("day"), month, spent };
}

function monthLine({ month, spent }) {
  if (month === null) return null;
  return h("section", { class: "card", "aria-label": "Budget of this month" },
    h("p", {}, h("strong", {}, usd(spent)), h("span", { class: "quiet" }, ` of ${usd(month)} this month`), spent >= month ? h("span", { class: "badge bad" }, "✕ used up") : null),
    h("progress", { max: month, value: Math.min(spent, month), "aria-label": "Spent of this month's budget" }));
}

function report(days, groups, cap, byDay, byGroup) {
  const { total } = days;
  return [
    h("dl", { class: "scores", "aria-label": "Total" },
      h("div", { class: "overall" }, h("dt", {}, "cost"), h("dd", {}, usd(total.cost_usd))),
      figures(total).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("section", { class: "card", "aria-labelledby": "by-day" },
      h("header", {}, h("h2", { id: "by-day" }, "By day"), curlButton("GET", byDay)),
      chart(days.data, cap),
      h("details", {}, h("summary", {}, "The figures of each day"), table("Usage by day", "day", days.data))),
    h("section", { class: "card", "aria-labelledby": "by-group" },
      h("header", {}, h("h2", { id: "by-group" }, `By ${GROUPS[groups.group_by]}`), curlButton("GET", byGroup)),
      table("Usage by group", GROUPS[groups.group_by], groups.data)),
  ];
}

function figures(total) {
  return [
    ["calls", number(total.calls)],
    ["failed", number(total.failures)],
    ["tokens", tokens(total.tokens)],
    ["read from caches", total.cached_share === null ? "–" : percent(total.cached_share)],
    ...(total.unpriced_calls ? [["calls without a known price", number(total.unpriced_calls)]] : []),
  ];
}

/** Bars of the cost of each day, or of its calls while nothing costs anything, with a line at the cap of a day. */
function chart(days, cap) {
  const priced = days.some((day) => day.cost_usd > 0);
  const valueOf = (day) => (priced ? day.cost_usd : day.calls);
  const line = priced && cap !== null ? `cap ${usd(cap)} a day` : null;
  const most = Math.max(...days.map(valueOf), line ? cap : 0) || 1;
  const step = WIDTH / days.length;
  const y = (value) => TOP + (HEIGHT - TOP) * (1 - value / most);
  const text = (value) => (priced ? usd(value) : `${number(value)} calls`);
  const dearest = days.reduce((one, other) => (valueOf(other) > valueOf(one) ? other : one));
  const label = `${priced ? "Cost" : "Calls"} by day; most on ${dearest.group}: ${text(valueOf(dearest))}${line ? `; ${line}` : ""}`;
  return h("figure", { class: "plot" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + 20}`, role: "img", "aria-label": label },
      days.map((day, index) => s("rect", { class: "own", x: index * step + step * 0.12, width: step * 0.76, y: y(valueOf(day)), height: HEIGHT - y(valueOf(day)) }, s("title", {}, `${day.group}: ${text(valueOf(day))}`))),
      s("line", { class: "base", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
      line ? [
        s("line", { class: "threshold", x1: 0, x2: WIDTH, y1: y(cap), y2: y(cap) }),
        s("text", { x: WIDTH, y: y(cap) - 4, "text-anchor": "end" }, line),
      ] : null,
      s("text", { x: 0, y: HEIGHT + 15 }, days[0].group),
      s("text", { x: WIDTH, y: HEIGHT + 15, "text-anchor": "end" }, days.at(-1).group)),
    h("figcaption", { class: "small quiet" }, `${priced ? "USD" : "Calls"} of each day. Most on ${dearest.group}: ${text(valueOf(dearest))}.`));
}

function table(label, first, rows) {
  const columns = [first, ...["cost", "calls", "failed", "tokens", "from caches"].map(numberHead)];
  return scrollingTable(label, columns, rows.map((row) => h("tr", {},
    h("th", { scope: "row" }, words(row.group)),
    [usd(row.cost_usd), number(row.calls), number(row.failures), tokens(row.tokens), row.cached_share === null ? "–" : percent(row.cached_share)].map((value) => h("td", { class: "number" }, value)))));
}
