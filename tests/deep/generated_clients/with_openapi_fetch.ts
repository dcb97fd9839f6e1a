// Uses openapi-fetch with the types that openapi-typescript generated, and prints what came back as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Problem = components["schemas"]["Problem"];

const { API_URL, API_KEY, PERSONA_ID, REPLY } = process.env as Record<string, string>;
const client = createClient<paths>({ baseUrl: API_URL, headers: { Authorization: `Bearer ${API_KEY}` } });

function got<T>(reply: { data?: T; error?: Problem }): T {
  if (reply.data === undefined) throw new Error(JSON.stringify(reply.error));
  return reply.data;
}

async function main() {
  const made = got(await client.POST("/v1/personas", { body: { intent: "A baker, 50, in Lisbon" } }));
  if (!("id" in made)) throw new Error("202");
  const path = { persona_id: made.id };
  const found = got(await client.GET("/v1/personas/{persona_id}", { params: { path } }));
  const page = got(await client.GET("/v1/personas", { params: { query: { limit: 2 } } }));
  const run_id = made.run_id ?? "";
  const events = got(await client.GET("/v1/runs/{run_id}/events/list", { params: { path: { run_id } } }));
  const body = { message: "Good morning" };
  const chatted = got(await client.POST("/v1/personas/{persona_id}/chat", { params: { path }, body }));
  const scored = got(
    await client.POST("/v1/personas/{persona_id}/drift", {
      params: { path: { persona_id: PERSONA_ID } },
      body: { reply: REPLY },
    }),
  );
  if (!("drift" in scored)) throw new Error("drifts");
  const markdown = got(
    await client.GET("/v1/personas/{persona_id}/export/markdown", { params: { path }, parseAs: "text" }),
  );
  const png = await client.GET("/v1/personas/{persona_id}/export/png", { params: { path }, parseAs: "arrayBuffer" });
  const bytes = new Uint8Array(png.data as unknown as ArrayBuffer);
  const nowhere = { params: { path: { persona_id: "per_00000000000000000000000000" } } };
  const absent = await client.GET("/v1/personas/{persona_id}", nowhere);
  const refused = await client.POST("/v1/personas", { body: { intent: "" } });
  console.log(
    JSON.stringify({
      created: made.id,
      read: found.id,
      listed: page.data.length,
      events: events.data.length,
      reply: chatted.reply,
      score: scored.drift.score,
      markdown: markdown.slice(0, 2),
      png: [...bytes.slice(0, 4)],
      absent: [absent.error?.status, absent.error?.code],
      refused: [refused.error?.status, refused.error?.errors?.[0].pointer],
    }),
  );
}

main();
