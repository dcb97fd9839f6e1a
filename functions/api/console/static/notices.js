// Says in words what went wrong, what is empty and what is loading.

import { ProblemError } from "./api.js";
import { h } from "./dom.js";

/** An error as a notice: title, detail, the fields it names, and the request's id for support. */
export function problemNotice(error) {
  const problem = error instanceof ProblemError ? error.problem : problemOf(error);
  return h(
    "div",
    { class: "notice bad", role: "alert" },
    h("p", {}, h("strong", {}, problem.title ?? "Something went wrong"), problem.detail ? `. ${problem.detail}` : ""),
    problem.errors?.length
      ? h("ul", {}, problem.errors.map((each) => h("li", {}, h("code", {}, each.pointer || "/"), ` ${each.detail}`)))
      : null,
    problem.code ? h("p", { class: "quiet small" }, problem.code, problem.request_id ? ` · ${problem.request_id}` : "") : null,
  );
}

function problemOf(error) {
  if (/dynamically imported module|module script/i.test(String(error?.message))) {
    return { title: "The console was updated", detail: "Reload the page." };
  }
  return { title: "The console has a defect", detail: String(error?.message ?? error) };
}

/** A sentence where a list has no items, with what to do. */
export function empty(text, ...action) {
  return h("p", { class: "empty" }, text, " ", action);
}
