// The drift of a session: its CUSUM over the replies, against the level at which it alarms.

import { h, s } from "./dom.js";
import { words } from "./format.js";

const WIDTH = 320;
const HEIGHT = 64;
const SIGNS = { in_voice: ["good", "●"], watch: ["warn", "◆"], drift: ["bad", "▲"] };

/** The chart of the envelopes of a session, in order; nothing until one was scored. */
export function cusumChart(drifts) {
  const scored = drifts.map((drift) => drift.session).filter(Boolean);
  if (!scored.length) return null;
  const last = scored.at(-1);
  const [kind, sign] = SIGNS[last.state];
  const top = Math.max(last.decision * 1.25, ...scored.map((each) => each.cusum)) || 1;
  const x = (index) => (scored.length === 1 ? WIDTH / 2 : 6 + (index / (scored.length - 1)) * (WIDTH - 12));
  const y = (value) => HEIGHT - 4 - (value / top) * (HEIGHT - 10);
  const points = scored.map((each, index) => `${x(index)},${y(each.cusum)}`).join(" ");
  return h("figure", { class: `cusum ${kind}` },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Drift of the session: ${last.cusum.toFixed(1)}, alarms above ${last.decision.toFixed(1)}` },
      s("line", { class: "decision", x1: 0, x2: WIDTH, y1: y(last.decision), y2: y(last.decision) }),
      s("polyline", { points }),
      scored.map((each, index) => s("circle", { cx: x(index), cy: y(each.cusum), r: each.cusum > each.decision ? 4 : 2.5 }))),
    h("figcaption", { class: "small" },
      h("strong", {}, `${sign} ${words(last.state)}`),
      ` session ${last.cusum.toFixed(1)}, alarms above ${last.decision.toFixed(1)}`,
      h("span", { class: "quiet" }, ` · a false alarm about every ${Math.round(last.average_run_length)} replies`)));
}
