// Live events of the workspace over one WebSocket, shared by all views. It reconnects and asks for what it missed.

import { post } from "./api.js";

const PING_MS = 4 * 60_000;
const MOST_POSITIONS = 100;
const watchers = new Set();
const positions = new Map();
let socket = null;
let connecting = false;

/** Calls `onEvent` with each event of the workspace's runs and jobs until `signal` is aborted. */
export function watchWorkspace(onEvent, signal) {
  watchers.add(onEvent);
  signal.addEventListener("abort", () => {
    watchers.delete(onEvent);
    setTimeout(() => { if (!watchers.size) socket?.close(); }, 5000);
  });
  if (!socket && !connecting) connect(1000);
}

/** Writes how far a job of a persona is into `[data-live]` of `place`, and calls `draw` when it starts or ends. */
export function watchJob(personaId, kind, unit, place, draw, signal) {
  watchWorkspace((event) => {
    if (event.persona_id !== personaId || event.kind !== kind) return;
    const live = place.querySelector("[data-live]");
    if (event.type === "job.progress" && live) live.textContent = `${event.done} of ${event.total} ${unit}`;
    else if (event.type !== "job.progress") draw().catch(() => {});
  }, signal);
}

async function connect(pause) {
  connecting = true;
  try {
    const { url } = await post("/v1/progress/tickets", undefined);
    const opened = new WebSocket(url);
    socket = opened;
    let alive;
    opened.addEventListener("open", () => {
      connecting = false;
      pause = 1000;
      opened.send(JSON.stringify({ action: "subscribe", workspace: true, after: Object.fromEntries(positions) }));
      alive = setInterval(() => opened.send(JSON.stringify({ action: "ping" })), PING_MS);
    });
    opened.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
    opened.addEventListener("close", () => {
      clearInterval(alive);
      socket = null;
      retry(pause);
    });
  } catch {
    retry(pause);
  }
}

function retry(pause) {
  connecting = watchers.size > 0;
  if (connecting) setTimeout(() => { if (watchers.size) connect(Math.min(pause * 2, 60_000)); else connecting = false; }, pause);
}

function receive(event) {
  if (!event.seq) return;
  positions.delete(event.run_id);
  positions.set(event.run_id, event.seq);
  if (positions.size > MOST_POSITIONS) positions.delete(positions.keys().next().value);
  for (const each of watchers) each(event);
}
