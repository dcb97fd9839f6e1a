// A card with a form that does one thing to what the page shows.

import { fill, h, uniqueId } from "./dom.js";
import { problemNotice } from "./notices.js";

/**
 * `work` is done at the submission, and what goes wrong is said in the card. `offer(error)` may return a button that is shown
 * with the problem, else null.
 */
export function actionCard({ title, about, fields, button, work, curl, offer = () => null, wide = false }) {
  const notice = h("div", { class: "stack tight", "aria-live": "polite" });
  const submit = h("button", { type: "submit", class: "main" }, button);
  const act = async () => {
    submit.disabled = true;
    try {
      await work();
      fill(notice);
    } catch (error) {
      if (error.name !== "AbortError") fill(notice, problemNotice(error), offer(error));
    }
    submit.disabled = false;
  };
  return h("form", { class: wide ? "card form wide" : "card form", onsubmit: (event) => { event.preventDefault(); return act(); } },
    h("h2", {}, title), h("p", { class: "quiet small" }, about), fields, notice, h("div", { class: "actions" }, submit, curl));
}

/** A labelled control. */
export function control(name, input) {
  input.id ||= uniqueId("control");
  return h("div", { class: "stack tight" }, h("label", { for: input.id }, name), input);
}
