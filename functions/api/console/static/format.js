// Writes figures, times and code names in words.

const numbers = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const dates = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const number = (value) => numbers.format(value);

/** USD with the digits that matter at its size; an unknown price is said so. */
export function usd(value) {
  if (value === null || value === undefined) return "price unknown";
  if (value === 0) return "$0";
  return `$${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}`;
}

/** Input and output tokens; `estimated`: no provider counted them. */
export function tokens(usage) {
  const total = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens + usage.output_tokens + usage.reasoning_tokens;
  return `${usage.estimated ? "≈ " : ""}${compact.format(total)} tokens`;
}

export function seconds(milliseconds) {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 100_000) return `${Math.round(milliseconds / 1000)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

export const percent = (share, digits = 0) => `${(share * 100).toFixed(digits)} %`;

/** A share as a CSS percentage. */
export const length = (share) => `${(share * 100).toFixed(1)}%`;

export const when = (text) => (text ? dates.format(new Date(text)) : "never");

/** Minutes, hours or days since then. */
export function ago(text) {
  const minutes = (Date.now() - new Date(text)) / 60_000;
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

/** A code name in words: "growth_arc" is "growth arc". */
export const words = (name) => String(name).replaceAll("_", " ");

/** The same with a capital. */
export function heading(name) {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const isOffline = (name) => name === "offline" || String(name).startsWith("offline:");
