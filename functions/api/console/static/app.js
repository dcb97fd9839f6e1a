// Starts the console: signs in, then shows the view of the address.

import { fill, h } from "./dom.js";
import { startRouter } from "./router.js";
import { apiKey, askOtherTabs, exchange } from "./session.js";
import { shell } from "./shell.js";
import { signInPage } from "./sign-in.js";

// The first is shown where no pattern fits.
const ROUTES = [
  ["", () => import("./people.js")],
  ["create", () => import("./create.js")],
  ["runs", () => import("./runs.js")],
  ["runs/:run", () => import("./run.js")],
  ["personas/:persona", () => import("./persona.js")],
  ["personas/:persona/:tab", () => import("./persona.js")],
  ["voices", () => import("./voices.js")],
  ["usage", () => import("./usage.js")],
  ["webhooks", () => import("./webhooks.js")],
  ["webhooks/:endpoint", () => import("./webhook.js")],
  ["settings", () => import("./settings.js")],
  ["settings/:tab", () => import("./settings.js")],
  ["keys", () => import("./keys.js")],
];
const SIGN_IN = /^#\/sign-in\/(.+)$/;

async function start() {
  const token = SIGN_IN.exec(location.hash)?.[1];
  let problem = null;
  if (token) {
    history.replaceState(null, "", `${location.pathname}${location.search}#/`);
    problem = await exchange(token).catch(() => "The server does not answer.");
  }
  if (!apiKey()) await askOtherTabs();
  if (apiKey()) await showConsole();
  else showSignIn(problem);
}

function showSignIn(problem) {
  fill(document.body, signInPage(problem, showConsole));
  document.querySelector("input")?.focus();
}

async function showConsole() {
  const { header, main, markCurrent } = shell();
  fill(
    document.body,
    h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); main.querySelector("h1, a, button")?.focus(); } }, "Skip to content"),
    header,
    main,
    h("div", { id: "announcer", class: "unseen", role: "status", "aria-live": "polite" }),
  );
  await startRouter(main, ROUTES, markCurrent);
}

window.addEventListener("signed-out", () => showSignIn("The API key is not valid any more. It may be revoked or expired."));
window.addEventListener("hashchange", () => { if (SIGN_IN.test(location.hash)) location.reload(); });
start();
