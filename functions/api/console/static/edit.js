// Edits a layer in place: its fields as controls, checked against the constraint chain by the API when saved.

import { ProblemError, call, send } from "./api.js";
import { curlButton } from "./curl.js";
import { fill, h, uniqueId } from "./dom.js";
import { words } from "./format.js";
import { problemNotice } from "./notices.js";
import { refresh } from "./router.js";
import { ARCHETYPES, ATTACHMENT_STYLES, REGISTERS, SCHWARTZ_VALUES } from "./vocabularies.js";

const CHOICES = { archetype: ARCHETYPES, attachment_style: ATTACHMENT_STYLES, register: REGISTERS };
const LINES = new Set(["tone", "social_role", "name", "location", "occupation"]);

/** Replaces the content of `place` by the form of a layer; `close` puts it back. */
export async function editLayer(place, personaId, layer, close, signal) {
  const path = `/v1/personas/${personaId}`;
  try {
    // Read again, so that the form holds what is stored now and If-Match names it.
    const reply = await send("GET", path, { signal });
    const persona = await reply.json();
    const form = layerForm(path, layer, persona[layer], reply.headers.get("ETag"), close, signal);
    fill(place, form);
    form.querySelector("input, textarea, select").focus();
  } catch (error) {
    if (!signal.aborted) fill(place, problemNotice(error));
  }
}

function layerForm(path, layer, values, etag, close, signal) {
  const fields = layerFields(values);
  const reason = h("input", { id: uniqueId("reason"), maxlength: 300 });
  const notice = h("div", { "aria-live": "polite" });
  const body = (accept) => ({
    layers: { [layer]: changed(fields, values) },
    ...(reason.value ? { reason: reason.value } : {}),
    ...(accept ? { accept_violations: true } : {}),
  });
  const save = async (accept) => {
    if (!Object.keys(changed(fields, values)).length) { close(); return; }
    try {
      await call("PATCH", path, { body: body(accept), headers: { "If-Match": etag }, signal });
      refresh();
    } catch (error) {
      fill(notice, problemNotice(error), mayBeAccepted(error) ? h("button", { type: "button", onclick: () => save(true) }, "Save with the violations") : null);
    }
  };
  return h("form", { class: "form edit", onsubmit: (event) => { event.preventDefault(); save(false); } },
    h("div", { class: "fields-of" }, fields.map(({ element }) => element)),
    h("div", {}, h("label", { for: reason.id }, "Reason, for the history"), reason),
    h("p", { class: "quiet small" }, "No model is called. The audit, the fingerprint and the suite are then of the version before."),
    notice,
    h("div", { class: "actions" },
      h("button", { type: "submit", class: "main" }, "Save"),
      h("button", { type: "button", onclick: close }, "Cancel"),
      curlButton("PATCH", path, () => body(false))));
}

/** A control for each field of a layer: {element, read(), name or trait}. */
export function layerFields(values) {
  return Object.entries(values).flatMap(([name, value]) => (name === "big_five" ? Object.entries(value).map(([trait, level]) => traitField(trait, level)) : [fieldFor(name, value)]));
}

/** Whether the API refused the edit for what it breaks of the chain alone. */
export const mayBeAccepted = (error) => error instanceof ProblemError && error.problem.code === "constraint_broken";

/** The fields whose value differs from the stored one, as the API takes them. */
export function changed(fields, values) {
  const found = {};
  for (const { name, trait, read } of fields) {
    const value = read();
    if (trait) {
      if (value !== values.big_five[trait]) found.big_five = { ...found.big_five, [trait]: value };
    } else if (JSON.stringify(value) !== JSON.stringify(values[name])) found[name] = value;
  }
  return found;
}

function traitField(trait, level) {
  const input = h("input", { type: "number", min: 0, max: 1, step: "any", value: level });
  return { trait, read: () => Number(input.value), element: labelled(trait, input) };
}

function fieldFor(name, value) {
  if (name in CHOICES) {
    const select = h("select", {}, CHOICES[name].map((each) => h("option", { value: each, selected: each === value }, words(each))));
    return { name, read: () => select.value, element: labelled(name, select) };
  }
  if (Array.isArray(value)) {
    const text = h("textarea", { rows: Math.max(3, value.length), value: value.join("\n") });
    const help = name === "values" ? `, of ${SCHWARTZ_VALUES.length} Schwartz values` : "";
    return { name, read: () => text.value.split("\n").map((line) => line.trim()).filter(Boolean), element: labelled(name, text, `one on each line${help}`) };
  }
  if (typeof value === "number") {
    const input = h("input", { type: "number", min: 0, max: 120, value });
    return { name, read: () => Number(input.value), element: labelled(name, input) };
  }
  const input = LINES.has(name) ? h("input", { value, maxlength: 160 }) : h("textarea", { rows: 4, value, maxlength: 800 });
  return { name, read: () => input.value, element: labelled(name, input) };
}

function labelled(name, input, help) {
  input.id = uniqueId("edit");
  return h("div", {}, h("label", { for: input.id }, words(name), help ? h("span", { class: "quiet" }, ` ${help}`) : null), input);
}
