// The map of the workspace's voices: near to each other those that sound alike, and the pairs that are too close.

import { get } from "./api.js";
import { curlButton } from "./curl.js";
import { h, s } from "./dom.js";
import { percent, words } from "./format.js";
import { empty } from "./notices.js";
import { go, link } from "./router.js";
import { numberHead, scrollingTable } from "./table.js";

const PATH = "/v1/voices";
const SIZE = 600;
const EDGE = 40;
// Of a name in the drawing: the width of a letter, and the height of its line.
const LETTER = 6.6;
const LINE = 15;

export async function view(_, { signal }) {
  const found = await get(PATH, { signal });
  return {
    title: "Voices",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Voices"), h("div", { class: "actions" }, curlButton("GET", PATH))),
      h("p", { class: "lead" }, "The newest voices of the workspace by their fingerprints. Near to each other are those that sound alike."),
      found.voices.length ? [map(found), twins(found), table(found)] : empty("No persona has a fingerprint yet."),
      found.left_out ? h("p", { class: "quiet small" }, `${found.left_out} more are not shown: older ones, or ones with fingerprints of another kind.`) : null),
  };
}

function map({ voices, twins: pairs, shown }) {
  const xs = voices.map(({ x }) => x);
  const ys = voices.map(({ y }) => y);
  const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) || 1;
  const place = ({ x, y }) => [EDGE + ((x - Math.min(...xs)) / span) * (SIZE - 2 * EDGE), EDGE + ((y - Math.min(...ys)) / span) * (SIZE - 2 * EDGE)];
  const at = new Map(voices.map((voice) => [voice.persona_id, place(voice)]));
  const height = Math.max(...[...at.values()].map(([, y]) => y)) + EDGE;
  const named = [];
  const line = ([one, other]) => { const [[x1, y1], [x2, y2]] = [at.get(one), at.get(other)]; return s("line", { class: "twin", x1, y1, x2, y2 }); };
  return h("figure", { class: "card plot voices" },
    // The table below has the same voices as links, so the drawing is one picture to a screen reader.
    s("svg", { viewBox: `0 0 ${SIZE} ${height}`, role: "img", "aria-label": `Map of ${voices.length} voices, ${pairs.length} pairs too close` },
      pairs.filter(({ personas }) => personas.every((id) => at.has(id))).map(({ personas }) => line(personas)),
      voices.map((voice) => dot(voice, at.get(voice.persona_id), named))),
    h("figcaption", { class: "small quiet" }, `The plane keeps ${percent(shown)} of the distances. A dashed line joins two voices that are too close.`));
}

/** A voice with its name; without it where the name would lie on one of `named`, the boxes of those before. */
function dot({ persona_id: id, name }, [x, y], named) {
  const width = (name ?? "").length * LETTER;
  const left = x < SIZE * 0.2 ? x : x > SIZE * 0.8 ? x - width : x - width / 2;
  const free = !named.some((box) => Math.abs(box.y - y) < LINE && left < box.right && left + width > box.left);
  if (free) named.push({ y, left, right: left + width });
  return s("g", { class: "voice", onclick: () => go("personas", id) },
    s("title", {}, name ?? id),
    s("circle", { class: "own", cx: x, cy: y, r: 6 }),
    free ? s("text", { x: left, y: y - 10 }, name) : null);
}

function twins({ voices, twins: pairs, minimum }) {
  if (!pairs.length) return h("p", { class: "notice good" }, `No two voices are too close: each pair is at least ${minimum.toFixed(2)} apart.`);
  const names = new Map(voices.map((voice) => [voice.persona_id, voice.name]));
  return h("section", { class: "notice warn", "aria-label": "Voices too close" }, h("p", {}, h("strong", {}, "Too close to tell apart")), h("ul", {}, pairs.map(({ personas, distinctiveness, alike }) => h("li", {},
    personas.map((id, index) => [index ? " and " : "", h("a", { href: link("personas", id, "fingerprint") }, names.get(id) ?? id)]),
    ` ${distinctiveness.toFixed(2)} of ${minimum.toFixed(2)}${alike.length ? ` · alike: ${alike.map(words).join(", ")}` : ""}`))));
}

function table({ voices }) {
  const names = new Map(voices.map((voice) => [voice.persona_id, voice.name]));
  return scrollingTable("Voices", ["persona", "separation", "nearest", numberHead("distinctiveness from it")], voices.map((voice) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: link("personas", voice.persona_id, "fingerprint") }, voice.name ?? voice.persona_id)),
    h("td", {}, words(voice.grade)),
    h("td", {}, voice.nearest ? names.get(voice.nearest) ?? voice.nearest : "–"),
    h("td", { class: "number" }, voice.distinctiveness === null ? "–" : voice.distinctiveness.toFixed(2)))));
}
