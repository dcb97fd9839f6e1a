// The fields that move the tone of a layer along an axis.

import { h, uniqueId } from "./dom.js";
import { heading } from "./format.js";

// Self and Surface have no tone; a soul has no irony.
const AXES = { mask: ["warmth", "gravity", "intensity", "irony"], soul: ["warmth", "gravity", "intensity"] };
const AMOUNT = "0.5";

/** {element, value()}; `value` is the `refine` of a request, or null where no layer is chosen. */
export function refineFields(onChange = () => {}) {
  const axis = h("select", { id: uniqueId("axis"), disabled: true, onchange: onChange });
  const amount = h("input", { id: uniqueId("amount"), type: "number", min: -1, max: 1, step: 0.1, value: AMOUNT, disabled: true, oninput: onChange });
  const showAxes = () => {
    axis.replaceChildren(...(AXES[layer.value] ?? []).map((name) => h("option", { value: name }, name)));
    axis.disabled = amount.disabled = !layer.value;
    onChange();
  };
  const layer = h("select", { id: uniqueId("tone"), onchange: showAxes }, h("option", { value: "" }, "leave it as it is"), Object.keys(AXES).map((name) => h("option", { value: name }, heading(name))));
  const field = (label, input) => h("div", {}, h("label", { for: input.id }, label), input);
  return {
    element: h("fieldset", {}, h("legend", {}, "Tone"),
      h("div", { class: "fields" }, field("Move the tone of", layer), field("along", axis), field("by, from −1 to 1", amount))),
    value: () => (layer.value ? { layer: layer.value, axis: axis.value, amount: Number(amount.value) } : null),
  };
}
