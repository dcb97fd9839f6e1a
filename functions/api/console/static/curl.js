// Writes the request behind a view as a curl command, without the key.

import { copyFrom, h } from "./dom.js";

/** The command. The key is read from FOURFOLD_API_KEY, so that it is in no shell history. */
function curlCommand(method, path, body) {
  const address = new URL(path.replace(/^\//, ""), document.baseURI).href;
  const parts = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(address)}`, `-H "Authorization: Bearer $FOURFOLD_API_KEY"`];
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  return parts.join(" \\\n  ");
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A button that copies the command; `body` may be a function, read at the click. */
export function curlButton(method, path, body) {
  const label = "Copy as curl";
  return h("button", {
    type: "button",
    class: "plain",
    title: `${method} ${path}`,
    onclick: ({ currentTarget }) => copyFrom(currentTarget, curlCommand(method, path, typeof body === "function" ? body() : body)),
  }, label);
}
