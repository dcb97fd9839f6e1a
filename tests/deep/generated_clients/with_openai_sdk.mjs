// Uses OpenAI's SDK with a base URL and nothing else, and prints what came back as JSON.
import OpenAI from "openai";

const { API_URL, API_KEY, PERSONA_ID } = process.env;
const client = new OpenAI({ baseURL: `${API_URL}/v1/openai`, apiKey: API_KEY, maxRetries: 0 });
const model = `persona:${PERSONA_ID}`;
const messages = [{ role: "user", content: "Tell me about your work, please, in a few sentences." }];

const whole = await client.chat.completions.create({ model, messages });
const stream = await client.chat.completions.create({
  model,
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
let streamed = "";
let last;
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  last = chunk;
}
const listed = await client.models.list();
const absent = await client.chat.completions.create({ model: "persona:nobody", messages }).catch((error) => error);
console.log(
  JSON.stringify({
    model: listed.data.find((each) => each.id === model)?.id,
    reply: whole.choices[0].message.content,
    streamed,
    score: whole.fourfold.drift.score,
    usage: last.usage.total_tokens,
    absent: [absent.status, absent.code],
  }),
);
