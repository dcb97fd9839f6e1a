// The form for something new with a secret that is shown once: an API key, a webhook endpoint.

import { post } from "./api.js";
import { curlButton } from "./curl.js";
import { copyFrom, fill, h } from "./dom.js";
import { problemNotice } from "./notices.js";

/** A new secret, which is shown once: what it is, and a button that copies it. */
export function secretNotice(about, secret, copyLabel) {
  return h("div", { class: "notice good" },
    h("p", {}, about),
    h("p", {}, h("code", {}, secret), " ", h("button", { type: "button", onclick: ({ currentTarget }) => copyFrom(currentTarget, secret) }, copyLabel)));
}

/** Checkboxes in a frame: {element, chosen()}. `first`: the name that is chosen at first; `labelOf` gives a name's label. */
export function choices(legend, prefix, names, first, labelOf = (name) => name) {
  const boxes = names.map((name) => h("input", { type: "checkbox", value: name, id: `${prefix}-${name}`, checked: name === first }));
  return {
    element: h("fieldset", {}, h("legend", {}, legend), h("div", { class: "fields" }, boxes.map((box) => h("label", { class: "check", for: box.id }, box, labelOf(box.value))))),
    chosen: () => boxes.filter((box) => box.checked).map((box) => box.value),
  };
}

/** A form that posts `body()` to `path`. Its outcome is shown in `notice`: `created(reply)`, after which `draw` reads the list again, or the problem. */
export function creationForm({ title, path, content, button, body, created, notice, draw, signal }) {
  const submit = async (event) => {
    event.preventDefault();
    try {
      fill(notice, created(await post(path, body(), { signal })));
      event.target.reset();
      await draw();
    } catch (error) {
      fill(notice, problemNotice(error));
    }
    notice.scrollIntoView({ block: "nearest" });
  };
  return h("form", { class: "card form", onsubmit: submit },
    h("h2", {}, title),
    content,
    h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, button), curlButton("POST", path, body)));
}
