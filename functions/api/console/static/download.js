// Saves a reply of the API as a file, under the name that the API gives it.

import { send } from "./api.js";
import { h } from "./dom.js";

const KEPT_MS = 10_000;

/** Raises ProblemError. `fallback` is the file's name where the reply names none. */
export async function download(path, fallback, { headers, signal }) {
  const reply = await send("GET", path, { headers, signal });
  const name = /filename="?([^";]+)/.exec(reply.headers.get("Content-Disposition") ?? "")?.[1] ?? fallback;
  const address = URL.createObjectURL(await reply.blob());
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
