// The card that writes layers again: from which step, what stays, what is edited before, and where the tone moves.

import { post } from "./api.js";
import { actionCard, control } from "./action-card.js";
import { choices } from "./creation.js";
import { curlButton } from "./curl.js";
import { fill, h } from "./dom.js";
import { changed, layerFields, mayBeAccepted } from "./edit.js";
import { estimateLine } from "./estimate.js";
import { heading, words } from "./format.js";
import { refineFields } from "./refine.js";
import { go } from "./router.js";
import { STEPS } from "./run-state.js";

const LAYERS = ["soul", "self", "mask", "surface"];

export function regenerateCard(persona, signal) {
  const path = `/v1/personas/${persona.id}/regenerate`;
  const estimate = estimateLine(path, () => body(), signal);
  const step = h("select", { onchange: estimate.soon }, h("option", { value: "" }, "none, only move the tone"), STEPS.map((name) => h("option", { value: name, selected: name === "mask_build" }, heading(name))));
  const refine = refineFields(estimate.soon);
  const keep = LAYERS.map((layer) => choices(heading(layer), `keep-${layer}`, namesOf(layer, persona[layer]), null, (name) => (name === layer ? "all of it" : words(name.replace(`${layer}.`, "")))));
  const edits = LAYERS.map((layer) => layerEdits(layer, persona[layer]));
  const reason = h("input", { maxlength: 500, placeholder: "optional, for the history" });
  const body = (accept = false) => {
    const kept = keep.flatMap((each) => each.chosen());
    const edited = Object.fromEntries(edits.map(({ layer, read }) => [layer, read()]).filter(([, fields]) => Object.keys(fields).length));
    return {
      ...(step.value ? { from: step.value } : {}),
      ...(refine.value() ? { refine: refine.value() } : {}),
      ...(kept.length ? { keep: kept } : {}),
      ...(Object.keys(edited).length ? { edits: edited } : {}),
      ...(reason.value.trim() ? { reason: reason.value.trim() } : {}),
      ...(accept ? { accept_violations: true } : {}),
    };
  };
  const start = async (accept) => go("runs", (await post(path, body(accept), { headers: { Prefer: "respond-async" }, signal })).run_id);
  const card = actionCard({
    title: "Regenerate",
    about: "Layers of earlier steps are kept, and so is what you mark. Until the run completes the persona reads as before.",
    fields: [
      control("First step", step),
      refine.element,
      h("details", {}, h("summary", {}, "Keep more"), h("p", { class: "quiet small" }, "Whole layers or fields that stay as they are, whatever is written around them."), keep.map(({ element }) => element)),
      h("details", {}, h("summary", {}, "Edit before the run"), h("p", { class: "quiet small" }, "The run keeps what you change here."), edits.map(({ element }) => element)),
      control("Reason", reason),
      estimate.element,
    ],
    button: "Regenerate",
    work: () => start(false),
    curl: curlButton("POST", path, () => body()),
    offer: (error) => (mayBeAccepted(error) ? h("button", { type: "button", onclick: () => start(true) }, "Regenerate with the violations") : null),
    wide: true,
  });
  card.addEventListener("change", estimate.soon);
  estimate.soon();
  return card;
}

/** What of a layer can be kept: all of it, and each field. */
const namesOf = (layer, fields) => [layer, ...Object.keys(fields).map((name) => `${layer}.${name}`)];

/** The fields of a layer as controls, made when they are opened: {layer, element, read()}. */
function layerEdits(layer, values) {
  let fields = [];
  const place = h("div", { class: "fields-of" });
  const open = () => {
    if (fields.length) return;
    fields = layerFields(values);
    fill(place, fields.map(({ element }) => element));
  };
  return { layer, element: h("details", { ontoggle: open }, h("summary", {}, heading(layer)), place), read: () => changed(fields, values) };
}
