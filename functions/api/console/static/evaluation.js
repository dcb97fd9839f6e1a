// One evaluation: its verdict, each measure with its interval, the difference of each brief, and what both sides cost.

import { ProblemError, get, post } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { download } from "./download.js";
import { differencePlot } from "./evaluation-plot.js";
import { number, percent, seconds, usd, when, words } from "./format.js";
import { watchWorkspace } from "./live.js";
import { problemNotice } from "./notices.js";
import { link } from "./router.js";
import { statusBadge } from "./status.js";
import { numberHead, scrollingTable } from "./table.js";

const VERDICTS = { better: ["good", "▲ B is better"], worse: ["bad", "▼ B is worse"], equivalent: ["good", "= no difference in practice"], inconclusive: ["warn", "? undecided"] };
const WHOLE = ["tokens", "ms"];
const FORMATS = [["html", "HTML report", "html"], ["markdown", "Markdown", "md"], ["junit", "JUnit", "xml"], ["json", "JSON", "json"]];

export async function view({ evaluation: id }, { signal }) {
  const path = `/v1/evaluations/${encodeURIComponent(id)}`;
  const notice = h("div", { "aria-live": "polite" });
  const place = h("div", { class: "stack" });
  const attempt = (work) => async () => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) fill(notice, problemNotice(error));
    }
  };
  const cancel = attempt(async () => { await post(`${path}/cancel`, undefined, { signal }); fill(notice, h("p", { class: "notice" }, "It ends when the calls in progress have.")); });
  const save = (format, ending) => attempt(() => download(`${path}?format=${format}`, `${id}.${ending}`, { signal }));
  let found;
  const draw = async () => {
    found = await get(path, { signal });
    fill(place, facts(found), found.error ? problemNotice(new ProblemError(found.error)) : null, found.report ? report(found) : h("p", { class: "notice" }, "It is in progress. ", h("span", { dataset: { live: "" } })));
    fill(actions, curlButton("GET", path), found.status === "running" ? h("button", { type: "button", onclick: cancel }, "Cancel") : FORMATS.map(([format, label, ending]) => h("button", { type: "button", class: "plain", "aria-label": `Save as ${label}`, onclick: save(format, ending) }, label)));
  };
  const actions = h("div", { class: "actions" });
  await draw();
  watchWorkspace((event) => {
    if (event.run_id !== found.run_id) return;
    const live = place.querySelector("[data-live]");
    if (event.type === "job.progress" && live) live.textContent = `${event.done} of ${event.total} done`;
    else if (event.type !== "job.progress") attempt(draw)();
  }, signal);
  const name = found.name ?? "Evaluation";
  return {
    title: name,
    content: h("section", { class: "page" }, h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, name), actions), notice, place),
  };
}

function facts(found) {
  const cost = found.spent_usd === null ? `may cost ${usd(found.max_usd)}` : `${usd(found.spent_usd)} of at most ${usd(found.max_usd)}`;
  return h("p", { class: "facts-line" },
    statusBadge(found.status),
    h("span", {}, `${number(found.briefs)} briefs${found.brief_set ? ` of ${found.brief_set}` : ""}`),
    h("span", { class: "quiet" }, `judged by ${found.judge}, ${found.repeats === 1 ? "once" : `${found.repeats} times`} · ${cost} · ${when(found.created_at)}`),
    h("a", { href: link("runs", found.run_id) }, "Run"));
}

function report({ report: found, a, b }) {
  const [kind, text] = VERDICTS[found.verdict];
  return [
    h("section", { class: "card", "aria-label": "Verdict" },
      h("p", {}, h("span", { class: `badge ${kind}` }, text), found.stopped ? h("span", { class: "quiet" }, ` stopped: ${words(found.stopped)}`) : null),
      h("p", {}, found.reason),
      found.briefs_to_settle ? h("p", { class: "quiet" }, `About ${number(found.briefs_to_settle)} briefs would settle it.`) : null,
      found.notes.length ? h("ul", { class: "lines" }, found.notes.map((note) => h("li", {}, note))) : null),
    h("div", { class: "cards" }, side(found.a, a, "A"), side(found.b, b, "B")),
    measures(found.measures),
    differencePlot(found),
    briefs(found.rows),
  ];
}

/** One side: how its runs ended, what they cost, and which of its settings differ. */
function side(summary, arm, name) {
  return h("section", { class: "card", "aria-label": `Side ${name}` },
    h("header", {}, h("h2", {}, `${name} · ${summary.label}`), h("span", { class: "quiet small" }, words(summary.method), summary.variant ? ` · variant ${summary.variant.name} (${summary.variant.hash})` : "")),
    h("p", {}, h("strong", {}, usd(summary.usd)), h("span", { class: "quiet" }, ` and ${usd(summary.judge_usd)} for the judge${summary.reply_usd === null ? "" : `, ${usd(summary.reply_usd)} for replies to scenarios`} · ${summary.active} active, ${summary.flagged} flagged, ${summary.failed} failed${summary.wall_ms_mean === null ? "" : ` · ${seconds(summary.wall_ms_mean)} each`}`)),
    Object.keys(arm.differs).length ? h("details", {}, h("summary", {}, "What differs"), h("dl", { class: "changes" }, Object.entries(arm.differs).map(([key, value]) => h("div", {}, h("dt", {}, h("code", {}, key)), h("dd", { class: "mono" }, JSON.stringify(value)))))) : h("p", { class: "quiet small" }, "Its settings are those of the other side."));
}

/** With the digits that matter: whole tokens and milliseconds, scores to a thousandth, two digits of what is smaller. */
const figure = (value, unit) => {
  if (value === null) return "–";
  if (WHOLE.includes(unit) || Math.abs(value) >= 100) return Math.round(value);
  return Number(Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(3));
};
const probability = ({ p, adjusted_p: adjusted }) => (p === null ? "–" : (adjusted ?? p) < 0.001 ? "< 0.001" : (adjusted ?? p).toFixed(3));
/** A measure that no pair has is not undecided: nothing was measured. */
const verdict = (measure) => (measure.n ? VERDICTS[measure.verdict] : ["", "not measured"]);
const signed = (value, unit) => (value === null ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(figure(value, unit))}`);

function measures(found) {
  const columns = ["measure", ...["pairs", "A", "B", "B − A", "95 % interval", "p"].map(numberHead), "verdict"];
  return scrollingTable("Measures", columns, found.map((each) => h("tr", {},
    h("th", { scope: "row" }, words(each.name), each.counts ? null : h("span", { class: "quiet small" }, " does not count")),
    [each.n, figure(each.a, each.unit), figure(each.b, each.unit), signed(each.difference, each.unit), each.interval ? `${signed(each.interval.low, each.unit)} to ${signed(each.interval.high, each.unit)}` : "–", probability(each)].map((value) => h("td", { class: "number" }, value)),
    h("td", {}, h("span", { class: `badge ${verdict(each)[0]}` }, verdict(each)[1])))));
}

function briefs(rows) {
  return scrollingTable("Briefs", ["brief", numberHead("A"), numberHead("B"), numberHead("B − A"), "facts kept by A", "by B", "preferred"], rows.map((row) => h("tr", {},
    h("td", { class: "long" }, row.excerpt),
    h("td", { class: "number" }, persona(row.a)),
    h("td", { class: "number" }, persona(row.b)),
    h("td", { class: "number" }, signed(row.difference)),
    h("td", {}, kept(row.a)),
    h("td", {}, kept(row.b)),
    h("td", {}, row.preference === null ? "" : row.preference === "tie" ? "neither" : row.preference.toUpperCase()))));
}

function persona(made) {
  if (!made) return "–";
  const score = made.overall !== null ? figure(made.overall) : made.status === "failed" ? "failed" : "no score";
  return made.persona_id ? h("a", { href: link("personas", made.persona_id) }, score) : score;
}

function kept(made) {
  if (!made?.claims) return "–";
  const { kept: same, changed, lost } = made.claims;
  const all = same + changed + lost;
  return all ? `${same} of ${all}, ${percent(same / all)}` : "–";
}
