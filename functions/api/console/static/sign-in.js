// The page that asks for an API key.

import { ProblemError, get } from "./api.js";
import { fill, h } from "./dom.js";
import { problemNotice } from "./notices.js";
import { signInWith } from "./session.js";

/** The form. `problem` says why a link did not work, or is null; `onSignedIn` is called once a key is accepted. */
export function signInPage(problem, onSignedIn) {
  const notice = h("div", { "aria-live": "polite" }, problem ? h("p", { class: "notice bad" }, problem) : null);
  const input = h("input", { id: "key", name: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true, "aria-describedby": "key-help" });
  const button = h("button", { type: "submit", class: "main" }, "Sign in");
  const form = h(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        const failure = await accepted(input.value.trim());
        button.disabled = false;
        if (failure) fill(notice, problemNotice(failure));
        else onSignedIn();
      },
    },
    h("label", { for: "key" }, "API key"),
    input,
    h("p", { id: "key-help", class: "quiet small" }, "On your own machine ", h("code", {}, "make up"), " prints it, and it is in ", h("code", {}, ".local/api_key"), ". It is kept in this tab until the tab is closed."),
    button,
  );
  return h("main", { class: "sign-in" }, h("p", { class: "brand" }, "fourfold"), h("h1", {}, "Sign in"), notice, form, h("p", { class: "small" }, h("a", { href: "docs" }, "API documentation")));
}

/** Tries the key with one request. Returns the error, or null if it is accepted; the key is then kept. */
async function accepted(key) {
  if (!/^[\x21-\x7e]+$/.test(key)) return new ProblemError({ title: "This is not an API key", detail: "A key begins with ff_ and has no spaces." });
  try {
    await get("/v1/personas?limit=1", { key });
  } catch (error) {
    // Without the scope of this request the key is still one.
    if (!(error instanceof ProblemError && error.problem.status === 403)) return error;
  }
  signInWith(key);
  return null;
}
