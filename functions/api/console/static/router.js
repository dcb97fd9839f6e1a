// Maps the part of the address after # to a view, loads its module, and ends the view that was shown before.

import { announce, fill, h } from "./dom.js";
import { problemNotice } from "./notices.js";

let leaving = new AbortController();

/** Goes to a view: `go("personas", id)` is `#/personas/<id>`. */
export function go(...parts) {
  location.hash = link(...parts);
}

/** Shows the present view again, with what is stored now. */
export function refresh() {
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The address of a view, for a link. */
export function link(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/**
 * Shows views in `main`, beginning with the present address.
 * `routes`: [pattern, load], `pattern` such as "personas/:id", `load` returns a module with `view(parameters, context)`.
 * A view returns {title, content}; `context.signal` is aborted when it is left.
 */
export function startRouter(main, routes, onShow) {
  const show = async () => {
    leaving.abort();
    const mine = new AbortController();
    leaving = mine;
    const path = decodePath(location.hash);
    const [route, parameters] = matching(routes, path);
    main.setAttribute("aria-busy", "true");
    if (!main.childElementCount) fill(main, h("p", { class: "page quiet" }, "Loading …"));
    let shown;
    try {
      const module = await route[1]();
      shown = await module.view(parameters, { signal: mine.signal });
    } catch (error) {
      if (mine.signal.aborted) return;
      shown = { title: "Problem", content: h("section", { class: "page" }, h("h1", { tabindex: -1 }, "This did not work"), problemNotice(error)) };
    }
    if (mine.signal.aborted) return;
    fill(main, shown.content);
    main.removeAttribute("aria-busy");
    document.title = `${shown.title} · fourfold`;
    onShow(path);
    main.querySelector("h1")?.focus({ preventScroll: true });
    if (!shown.keepScroll) window.scrollTo(0, 0);
    announce(shown.title);
    shown.shown?.();
  };
  window.addEventListener("hashchange", show);
  return show();
}

function decodePath(hash) {
  return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
}

function matching(routes, path) {
  for (const route of routes) {
    const parts = route[0].split("/").filter(Boolean);
    if (parts.length !== path.length) continue;
    const parameters = {};
    const fits = parts.every((part, index) => {
      if (!part.startsWith(":")) return part === path[index];
      parameters[part.slice(1)] = path[index];
      return true;
    });
    if (fits) return [route, parameters];
  }
  return [routes[0], {}];
}
