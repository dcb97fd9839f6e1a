// The audit's findings, pinned on the words they quote.

import { h } from "./dom.js";
import { words } from "./format.js";

/**
 * The text with each quoted passage marked and numbered. Quotes that overlap or are not found get their number at the
 * end, unless `onlyQuoted`.
 */
export function pinned(text, findings, onlyQuoted = false) {
  const places = [];
  const loose = [];
  for (const finding of findings) {
    const start = finding.quote ? text.indexOf(finding.quote) : -1;
    const end = start + finding.quote.length;
    if (start >= 0 && !places.some((place) => start < place.end && end > place.start)) places.push({ start, end, finding });
    else if (!onlyQuoted || start >= 0) loose.push(finding);
  }
  places.sort((one, other) => one.start - other.start);
  const parts = [];
  let at = 0;
  for (const { start, end, finding } of places) {
    parts.push(text.slice(at, start), h("mark", { class: `severity-${finding.severity}` }, text.slice(start, end)), pin(finding));
    at = end;
  }
  return h("span", { class: "pinned" }, parts, text.slice(at), loose.map(pin));
}

function pin(finding) {
  return h("a", {
    class: "pin",
    href: "#",
    role: "button",
    "aria-label": `Finding ${finding.number}: ${finding.note}`,
    title: `${words(finding.dimension)}, severity ${finding.severity} of 5: ${finding.note}`,
    onclick: (event) => {
      event.preventDefault();
      document.getElementById(`finding-${finding.number}`)?.focus();
    },
  }, finding.number);
}

/** The findings of a layer, worst first; each can be focused from its pin. */
export function findingsList(findings) {
  if (!findings.length) return null;
  const worstFirst = [...findings].sort((one, other) => other.severity - one.severity);
  return h("ol", { class: "findings", "aria-label": "Findings of the audit" }, worstFirst.map((finding) =>
    h("li", { id: `finding-${finding.number}`, tabindex: -1, value: finding.number },
      h("span", { class: `severity severity-${finding.severity}` }, `${words(finding.dimension)}, severity ${finding.severity} of 5`),
      ` ${finding.note}`)));
}
