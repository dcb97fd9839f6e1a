// The frame of every page: navigation, which models write, and signing out.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { isOffline } from "./format.js";
import { link } from "./router.js";
import { signOut } from "./session.js";

const PAGES = [
  ["", "Personas"],
  ["create", "Create"],
  ["runs", "Runs"],
  ["usage", "Usage"],
  ["webhooks", "Webhooks"],
  ["settings", "Settings"],
  ["keys", "Keys"],
];

/** Returns {header, main, markCurrent}; `markCurrent` takes the parts of the present address. */
export function shell() {
  const links = PAGES.map(([path, name]) => h("a", { href: path ? link(path) : "#/", dataset: { page: path } }, name));
  const models = h("div", { class: "models" });
  const header = h(
    "header",
    { class: "top" },
    h("a", { class: "brand", href: "#/", "aria-label": "fourfold, list of personas" }, "fourfold"),
    h("nav", { "aria-label": "Pages" }, links),
    models,
    h("button", { type: "button", class: "plain", onclick: () => { signOut(true); location.reload(); } }, "Sign out"),
  );
  showModels(models);
  closePopsFromOutside();
  const markCurrent = ([first = ""]) => {
    const page = first === "personas" || first === "voices" ? "" : first;
    for (const each of links) {
      if (each.dataset.page !== page) { each.removeAttribute("aria-current"); continue; }
      each.setAttribute("aria-current", "page");
      each.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };
  return { header, main: h("main", { id: "main" }), markCurrent };
}

/** An open pop-up closes at Escape, and at a click elsewhere. */
function closePopsFromOutside() {
  const close = (except) => {
    for (const pop of document.querySelectorAll("details.pop[open]")) if (!pop.contains(except)) pop.open = false;
  };
  document.addEventListener("click", ({ target }) => close(target));
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Escape") return;
    const pop = target.closest?.("details.pop[open]");
    close(null);
    pop?.querySelector("summary").focus();
  });
}

/** Says that the offline composer writes, and what to set for a real model. Silent without the scope `config:read`. */
async function showModels(place) {
  try {
    const { data } = await get("/v1/config?prefix=engine.pipeline.soul_draft.model");
    const model = data[0]?.value;
    if (!isOffline(model)) fill(place, h("span", { class: "badge", title: "Writes Soul" }, model));
    else {
      fill(place, h("details", { class: "pop" },
        h("summary", { class: "badge warn" }, "Offline composer"),
        h("div", { class: "pop-body" },
          h("p", {}, "Personas are written by the built-in composer: no model is called and nothing is spent."),
          h("p", {}, "For a real model, stop the server and start it with a provider's key:"),
          h("pre", { tabindex: 0 }, "ANTHROPIC_API_KEY=...  make up\nOPENAI_API_KEY=...     make up\nGEMINI_API_KEY=...     make up"))));
    }
  } catch {
    place.replaceChildren();
  }
}
