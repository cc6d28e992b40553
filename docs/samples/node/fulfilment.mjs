// Node 20 or later, built-ins alone.
//
//   FULFILMENT_URL=http://127.0.0.1:8080 FULFILMENT_KEY=fk_test_… node fulfilment.mjs order A-10001
//   FULFILMENT_SECRET=whsec_… node fulfilment.mjs verify ID TIMESTAMP SIGNATURES < body.json
import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const TIMEOUT_MS = Number(process.env.FULFILMENT_TIMEOUT_MS ?? 30_000);
const ATTEMPTS = 5;

// The body is made once and sent as it is each time: one reference, one content, so at most one order, whatever gets lost on the way.
// In a shop, write reference and body down before the first attempt, so that a restart repeats them too.
export async function placeOrder(url, key, body) {
  for (let attempt = 1; ; attempt++) {
    let wait = 2 ** attempt * 100;
    try {
      const answer = await fetch(`${url}/v1/orders`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const json = await answer.json();
      // 201, 202 and 200 all carry the order; what became of it is in its status, not in the number.
      if (answer.ok) return json;
      if (!json.retryable) throw new Refused(`${json.code}: ${json.detail}`);
      wait = Number(answer.headers.get("retry-after") ?? 1) * 1000;
      console.log(`${json.code}, again in ${wait} ms`);
    } catch (error) {
      // No answer proves nothing: the order may be stored. Ask again with the same body.
      if (error instanceof Refused) throw error;
      if (attempt === ATTEMPTS) throw error;
      console.log(`no answer (${error.name}), sending the same again`);
    }
    if (attempt === ATTEMPTS) throw new Refused("no luck; send the same body again later");
    await sleep(wait);
  }
}

export async function readCodes(url, key, orderId) {
  const answer = await fetch(`${url}/v1/orders/${orderId}/codes`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error((await answer.json()).code);
  return (await answer.json()).data;
}

// Standard Webhooks: HMAC-SHA256 over id.timestamp.body. `body` is the Buffer as it came, before any parsing.
// What passes may still be a duplicate: store the webhook-id under a unique key in the transaction that acts on the event.
export function verifyWebhook(secret, id, timestamp, signatures, body, now = Date.now()) {
  if (!id || !signatures || !/^\d{1,12}$/.test(timestamp ?? "")) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false;
  const expected = createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${timestamp}.`).update(body).digest();
  let genuine = false;
  for (const signature of signatures.split(" ")) {
    if (!signature.startsWith("v1,")) continue;
    const given = Buffer.from(signature.slice(3), "base64");
    if (given.length === expected.length && timingSafeEqual(given, expected)) genuine = true;
  }
  return genuine;
}

class Refused extends Error {}

async function main([command, ...args]) {
  const { FULFILMENT_URL: url, FULFILMENT_KEY: key, FULFILMENT_SECRET: secret } = process.env;
  if (command === "order") {
    const body = JSON.stringify({
      clientReference: args[0],
      currency: "CNY",
      lines: [{ sku: "TEST-CARD", quantity: 2, recipient: "13900000000" }],
    });
    const order = await placeOrder(url, key, body);
    console.log(`${order.id} ${order.status}`);
    for (const code of await readCodes(url, key, order.id)) console.log(`${code.sku} ${code.secret}`);
  } else if (command === "verify") {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    const genuine = verifyWebhook(secret, ...args, Buffer.concat(chunks));
    console.log(genuine ? "genuine" : "refused");
    process.exitCode = genuine ? 0 : 1;
  } else {
    console.error("usage: order REFERENCE | verify ID TIMESTAMP SIGNATURES < body");
    process.exitCode = 2;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
