// What a request would cost, asked for by a dry run while one types.

import { call } from "./api.js";
import { fill, h } from "./dom.js";
import { number, usd, words } from "./format.js";

const TYPING_MS = 700;

/**
 * A line with the estimate of a POST. `body()` returns the request, or null while there is nothing to estimate.
 * Returns {element, soon()}; `soon` is called at every change.
 */
export function estimateLine(path, body, signal) {
  const element = h("p", { class: "quiet small estimate", "aria-live": "polite" });
  let pause;
  let asked = 0;
  const ask = async () => {
    const mine = (asked += 1);
    try {
      const request = await body();
      const found = request && (await call("POST", path, { body: { ...request, dry_run: true }, signal }));
      if (mine === asked) fill(element, found ? sentence(found) : null);
    } catch {
      // The request itself will say what is wrong; an estimate is only a help.
      if (mine === asked) fill(element);
    }
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(ask, TYPING_MS);
  };
  signal.addEventListener("abort", () => clearTimeout(pause));
  return { element, soon };
}

/** `models`: the model of each part, or a list of them; `tokens` is of those that name the parts. */
function sentence({ models, calls, tokens, usd: cost }) {
  const price = cost.low === cost.high ? usd(cost.low) : `${usd(cost.low)} to ${usd(cost.high)}`;
  const parts = [`${range(calls)} calls`, tokens ? `${range(tokens)} tokens` : null, ...(Array.isArray(models) ? models : byModel(models))];
  return [h("strong", {}, price), ...parts.filter(Boolean).map((part) => ` · ${part}`)];
}

function byModel(models) {
  const found = new Map();
  for (const [part, model] of Object.entries(models)) found.set(model, [...(found.get(model) ?? []), words(part)]);
  return [...found].map(([model, parts]) => `${model}: ${parts.join(", ")}`);
}

const range = ({ low, high }) => (low === high ? number(low) : `${number(low)}–${number(high)}`);
