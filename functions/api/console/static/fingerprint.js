// The tab with the voice fingerprint: how far its own replies lie from it, and how far other voices do.

import { ProblemError, get, post } from "./api.js";
import { curlButton } from "./curl.js";
import { distinctiveness } from "./distinctiveness.js";
import { fill, h, s } from "./dom.js";
import { tokens, usd, when, words } from "./format.js";
import { watchJob } from "./live.js";
import { problemNotice } from "./notices.js";
import { statusBadge } from "./status.js";
import { numberHead, scrollingTable } from "./table.js";
import { voiceCheck } from "./voice-check.js";

const WIDTH = 720;
const LEFT = 12;
const OTHERS = { assistant: "plain assistant", cohort: "shipped cohort", workspace: "this workspace" };

export async function tab(persona, { signal }) {
  const path = `/v1/personas/${persona.id}/fingerprint?include=distances`;
  const place = h("div", { class: "stack" });
  const draw = async () => fill(place, report(persona, await get(path, { signal }), path, signal));
  watchJob(persona.id, "fingerprint", "scenarios", place, draw, signal);
  await draw();
  return h("div", { class: "stack" }, place, voiceCheck(persona.id, signal));
}

function report(persona, found, path, signal) {
  const notice = h("div", { "aria-live": "polite" });
  const again = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    try {
      await post(`/v1/personas/${persona.id}/fingerprint`, undefined, { signal });
      fill(notice, h("p", { class: "notice" }, "It is computed again. ", h("span", { dataset: { live: "" } })));
    } catch (error) {
      fill(notice, problemNotice(error));
      currentTarget.disabled = false;
    }
  };
  return [
    h("div", { class: "page-head" },
      h("p", { class: "facts-line" },
        statusBadge(found.status),
        found.grade ? h("span", {}, h("strong", {}, words(found.grade)), h("span", { class: "quiet" }, " separation")) : null,
        found.embedder ? h("span", { class: "quiet" }, `${found.embedder} · ${found.scored} of ${found.scenarios} scenarios · ${when(found.created_at)} · ${tokens(found.tokens)} · ${usd(found.cost_usd)}`) : h("span", { class: "quiet", dataset: { live: "" } })),
      h("div", { class: "actions" }, curlButton("GET", path), h("button", { type: "button", onclick: again }, "Compute again"))),
    notice,
    found.error ? problemNotice(new ProblemError(found.error)) : null,
    found.reasons?.length ? h("ul", { class: "notice warn" }, found.reasons.map((reason) => h("li", {}, reason))) : null,
    found.calibration ? plot(found) : null,
    found.separation ? separation(found.separation) : null,
    found.status === "ready" ? distinctiveness(persona.id, signal) : null,
  ];
}

function plot({ calibration, separation: others }) {
  const own = calibration.distances ?? [];
  const marks = Object.entries(others ?? {}).filter(([, each]) => each).map(([name, each]) => [OTHERS[name], each.median]);
  const most = Math.max(...own, calibration.auto_threshold, ...marks.map(([, median]) => median)) * 1.08;
  const x = (distance) => LEFT + (distance / most) * (WIDTH - 2 * LEFT);
  const stacks = new Map();
  const dots = own.map((distance) => {
    const column = Math.round(x(distance) / 7);
    const height = stacks.get(column) ?? 0;
    stacks.set(column, height + 1);
    return s("circle", { class: "own", cx: column * 7, cy: 118 - height * 7, r: 3 });
  });
  const label = `${own.length} own replies, median distance ${calibration.median.toFixed(2)}; threshold ${calibration.auto_threshold.toFixed(2)}; ${marks.map(([name, median]) => `${name} ${median.toFixed(2)}`).join(", ")}`;
  return h("figure", { class: "card plot" },
    s("svg", { viewBox: `0 0 ${WIDTH} 172`, role: "img", "aria-label": label },
      s("line", { class: "base", x1: LEFT, x2: WIDTH - LEFT, y1: 124, y2: 124 }),
      dots,
      s("line", { class: "threshold", x1: x(calibration.auto_threshold), x2: x(calibration.auto_threshold), y1: 14, y2: 124 }),
      s("text", { x: x(calibration.auto_threshold), y: 10, "text-anchor": "middle" }, `threshold ${calibration.auto_threshold.toFixed(2)}`),
      marks.map(([name, median], index) => [
        s("path", { class: "other", d: `M ${x(median)} 116 l 7 8 l -7 8 l -7 -8 Z` }),
        s("text", { x: Math.min(x(median), WIDTH - 70), y: 146 + (index % 2) * 18, "text-anchor": "middle" }, `${name} ${median.toFixed(2)}`),
      ])),
    h("figcaption", { class: "small quiet" }, `● each of its own ${own.length} held-out replies by distance from the voice · ◆ median of other voices. At the threshold ${(calibration.false_alarm_rate * 100).toFixed(0)} % of its own replies would alarm.`));
}

function separation(others) {
  const columns = ["from", ...["replies", "median distance", "equal error rate", "AUC"].map(numberHead)];
  return scrollingTable("Separation", columns, Object.entries(others).map(([name, each]) => h("tr", {},
    h("th", { scope: "row" }, OTHERS[name]),
    each ? [each.replies, each.median.toFixed(3), each.eer.toFixed(3), each.auc.toFixed(3)].map((value) => h("td", { class: "number" }, value)) : h("td", { colspan: 4, class: "quiet" }, "no other persona to compare with"))));
}
