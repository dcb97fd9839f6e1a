// A field for a language tag (BCP 47), with the common ones to choose from.

import { h, uniqueId } from "./dom.js";

const PATTERN = "[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?";
const COMMON = ["en", "en-GB", "de", "fr", "es", "it", "pt-BR", "nl", "pl", "sv", "tr", "uk", "ru", "ar", "hi", "ja", "ko", "zh"];
const names = new Intl.DisplayNames(["en"], { type: "language" });

/** {element, value()}; `value` is the tag, or "" where none is given. `placeholder` says what is then taken. */
export function languageField(label, placeholder, onChange = () => {}) {
  const list = h("datalist", { id: uniqueId("languages") }, COMMON.map((tag) => h("option", { value: tag }, names.of(tag))));
  const input = h("input", { id: uniqueId("language"), list: list.id, pattern: PATTERN, maxlength: 20, placeholder, spellcheck: "false", autocomplete: "off", title: "A language tag such as de or pt-BR", oninput: onChange });
  return { element: h("div", {}, h("label", { for: input.id }, label), input, list), value: () => input.value.trim() };
}
