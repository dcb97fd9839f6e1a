// The frame of the settings: which scope, and the tabs with its tree, its history, its snapshots and the presets.

import { fill, h } from "./dom.js";
import { problemNotice } from "./notices.js";
import { link } from "./router.js";

const SCOPES = ["workspace", "org", "system"];
const TABS = [
  ["tree", "Values", () => import("./settings-tree.js")],
  ["history", "History", () => import("./settings-history.js")],
  ["snapshots", "Snapshots", () => import("./settings-snapshots.js")],
  ["presets", "Presets", () => import("./settings-presets.js")],
];

export async function view({ tab = "tree" }, context) {
  const [name, , load] = TABS.find(([each]) => each === tab) ?? TABS[0];
  const module = await load();
  const place = h("div", { class: "stack" });
  const scope = h("select", { id: "scope", onchange: () => draw().catch((error) => { if (!context.signal.aborted) fill(place, problemNotice(error)); }) }, SCOPES.map((each) => h("option", { value: each }, each)));
  const draw = async () => fill(place, await module.tab(scope.value, context));
  await draw();
  return {
    title: "Settings",
    content: h("section", { class: "page" },
      h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Settings"), h("div", { class: "actions" }, h("label", { for: "scope" }, "Scope"), h("div", {}, scope))),
      h("p", { class: "lead" }, "The nearest scope that sets a key wins, unless a scope above has locked it. A run keeps the settings it started with."),
      h("nav", { class: "tabs", "aria-label": "Of the settings" }, TABS.map(([each, label]) =>
        h("a", { href: each === "tree" ? link("settings") : link("settings", each), "aria-current": each === name ? "page" : null }, label))),
      place),
  };
}
