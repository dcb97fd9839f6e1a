// The filters over the list of personas, kept in this tab.

import { h } from "./dom.js";
import { words } from "./format.js";

const NAME = "fourfold.filters";
const TYPING_MS = 250;
const STATUSES = ["active", "flagged", "unaudited", "generating", "failed", "archived"];

/** {element, values(), isSet()}; `onChange` is called when one changes, after typing has paused. */
export function personaFilters(onChange) {
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
  let pause;
  const changed = () => {
    sessionStorage.setItem(NAME, JSON.stringify(values()));
    onChange();
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(changed, TYPING_MS);
  };
  const search = h("input", { id: "q", type: "search", maxlength: 100, value: kept.q ?? "", placeholder: "name or slug", oninput: soon });
  const status = h("select", { id: "status", onchange: changed }, h("option", { value: "" }, "all"), STATUSES.map((name) => h("option", { value: name, selected: name === kept.status }, words(name))));
  const language = h("input", { id: "language", maxlength: 20, value: kept.language ?? "", placeholder: "en, de, tr …", spellcheck: "false", oninput: soon });
  const order = h("select", { id: "sort", onchange: changed }, h("option", { value: "" }, "newest first"), h("option", { value: "created_at", selected: kept.sort === "created_at" }, "oldest first"));
  const values = () => {
    const found = { q: search.value.trim(), status: status.value, language: language.value.trim(), sort: order.value };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
  };
  const field = (label, input) => h("div", {}, h("label", { for: input.id }, label), input);
  return {
    element: h("search", { class: "fields filters" }, field("Search", search), field("Status", status), field("Language", language), field("Order", order)),
    values,
    isSet: () => Object.keys(values()).length > 0,
  };
}
