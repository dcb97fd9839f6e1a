// Uses the SDK that @hey-api/openapi-ts generated, and prints what came back as JSON.
import {
  chatWithPersona,
  createPersona,
  exportPersonaMarkdown,
  exportPersonaPng,
  listPersonas,
  listRunEvents,
  readPersona,
  scoreDrift,
} from "./sdk";
import { client } from "./sdk/client.gen";
import type { Problem } from "./sdk";

const { API_URL, API_KEY, PERSONA_ID, REPLY } = process.env as Record<string, string>;
client.setConfig({ baseUrl: API_URL, auth: API_KEY });

function got<T>(reply: { data?: T; error?: Problem }): T {
  if (reply.data === undefined) throw new Error(JSON.stringify(reply.error));
  return reply.data;
}

async function main() {
  const made = got(await createPersona({ body: { intent: "A baker, 50, in Lisbon" } }));
  if (!("id" in made)) throw new Error("202");
  const path = { persona_id: made.id };
  const found = got(await readPersona({ path }));
  const page = got(await listPersonas({ query: { limit: 2 } }));
  const events = got(await listRunEvents({ path: { run_id: made.run_id ?? "" } }));
  const chatted = got(await chatWithPersona({ path, body: { message: "Good morning" } }));
  const scored = got(
    await scoreDrift({ path: { persona_id: PERSONA_ID }, body: { reply: REPLY } }),
  );
  if (!("drift" in scored)) throw new Error("drifts");
  const markdown = got(await exportPersonaMarkdown({ path }));
  const png = got(await exportPersonaPng({ path, parseAs: "arrayBuffer" }));
  const bytes = new Uint8Array(png as unknown as ArrayBuffer);
  const absent = await readPersona({ path: { persona_id: "per_00000000000000000000000000" } });
  const refused = await createPersona({ body: { intent: "" } });
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
