// How distinct a persona's voice is from a baseline, and which voices of the workspace are nearest.

import { get } from "./api.js";
import { intervalBar } from "./bars.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { words } from "./format.js";
import { problemNotice } from "./notices.js";
import { link } from "./router.js";

const BASELINES = { assistant: "the plain assistant", workspace: "this workspace" };
const VERDICTS = { distinct: ["good", "●"], uncertain: ["warn", "?"], too_close: ["bad", "▲"], not_measured: ["", "○"] };

/** The card; it is read again when another baseline is chosen. */
export function distinctiveness(personaId, signal) {
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const baseline = h("select", { id: "baseline", onchange: () => show() }, Object.entries(BASELINES).map(([name, label]) => h("option", { value: name }, label)));
  const path = () => `/v1/personas/${personaId}/distinctiveness?baseline=${baseline.value}`;
  const show = async () => {
    try {
      fill(place, report(await get(path(), { signal })));
    } catch (error) {
      if (!signal.aborted) fill(place, problemNotice(error));
    }
  };
  show();
  return h("section", { class: "card", "aria-labelledby": "distinct-head" },
    h("header", {}, h("h2", { id: "distinct-head" }, "Distinctiveness"), curlButton("GET", path())),
    h("div", { class: "fields" }, h("div", {}, h("label", { for: "baseline" }, "Compared with"), baseline)),
    place);
}

function report({ score, interval, minimum, verdict, replies, nearest }) {
  const [kind, sign] = VERDICTS[verdict];
  return [
    h("p", { class: "facts-line" },
      h("span", { class: `badge ${kind}` }, `${sign} ${words(verdict)}`),
      score === null ? h("span", { class: "quiet" }, "There is nothing to compare with.") : h("span", {}, h("strong", {}, score.toFixed(2)), h("span", { class: "quiet" }, ` · 95 % interval ${interval[0].toFixed(2)}–${interval[1].toFixed(2)}, of ${replies} replies · needs ${minimum.toFixed(2)}`))),
    interval ? intervalBar(interval, score, minimum) : null,
    nearest.length ? h("div", {}, h("h3", {}, "Nearest voices of the workspace"), h("ul", { class: "lines" }, nearest.map((voice) => h("li", {},
      h("a", { href: link("personas", voice.persona_id) }, voice.name ?? voice.persona_id),
      h("span", { class: "quiet" }, ` distance ${voice.distance.toFixed(2)}${voice.score === null ? "" : `, score ${voice.score.toFixed(2)}`}${voice.alike?.length ? ` · alike: ${voice.alike.map(words).join(", ")}` : ""}`))))) : null,
  ];
}
