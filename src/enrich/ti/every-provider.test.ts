/** Every service over real HTTP on this machine: each way in which it may fail, and its quota with a clock of our own. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../base/secret.js";
import { createHttpClient } from "../../net/client.js";
import { Quota } from "../../net/quota.js";
import { AnswerStore } from "../../net/store.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";
import { HttpSource, type KeptAnswer } from "./http-source.js";
import type { TiProvider, TiQuery } from "./provider.js";
import { tiProviders } from "./providers/index.js";
import { tiStatus } from "./result.js";
import type { TiOutcome } from "./source.js";

type Answer = (response: ServerResponse) => void;

let answer: Answer = r => r.end();
let asked = 0;
let url = "";
const server = createServer((_, response) => {
  asked += 1;
  answer(response);
});
const client = createHttpClient();
beforeAll(async () => {
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => (asked = 0));
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise(done => server.close(done));
});

const values: Partial<Record<IocKind, string>> = {
  ipv4: "8.8.8.8",
  dns: "evil.com",
  url: "http://evil.com/a",
  sha256_hash: "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
};
function queryFor({ name, types }: TiProvider): TiQuery {
  const type = (Object.keys(values) as IocKind[]).find(t => types[t]?.includes("") === true);
  if (type === undefined) throw new Error(`${name} knows none of the tried types`);
  return { value: values[type] ?? "", type, subtype: "" };
}

/** A source whose clock only waiting moves. */
function open(provider: TiProvider, timeoutMs = 20_000) {
  const clock = { nowMs: Date.UTC(2026, 10, 24) };
  const nowMs = () => clock.nowMs;
  const sleep = async (ms: number) => void (clock.nowMs += ms);
  const quota = new Quota({ windows: provider.quota, nowMs, sleep });
  const settings = {
    authKey: new Secret("k3y-0f-the-service", "test"),
    apiId: new Secret("the-id", "test"),
    instance: "acme",
    baseUrl: url,
  };
  const answers = new AnswerStore<KeptAnswer>({ name: provider.name, nowMs });
  const source = new HttpSource({ provider, settings, client, quota, answers, nowMs, sleep, timeoutMs });
  return { source, quota, clock };
}

async function ask(source: HttpSource, query: TiQuery, maxWaitMs = 300_000): Promise<TiOutcome> {
  let outcome: TiOutcome | undefined;
  async function* batches() {
    yield [query];
  }
  await source.ask(batches(), { signal: undefined, maxWaitMs, refresh: false, onAnswer: (_, o) => (outcome = o) });
  if (outcome === undefined) throw new Error("no answer");
  return outcome;
}

const withStatus =
  (status: number, headers: Record<string, string> = {}): Answer =>
  r =>
    r.writeHead(status, headers).end();

const silence: Answer = () => undefined;

/** What comes, the row's status, its reason, how often the service is asked. */
const failures: readonly [what: string, answer: Answer, status: number, message: RegExp, sent: number][] = [
  ["401", withStatus(401), 401, /^Authorization failed/, 1],
  ["403", withStatus(403), 403, /^Request forbidden/, 1],
  ["429", withStatus(429, { "retry-after": "2" }), 429, /quota is used up/, 3],
  ["500", withStatus(500), 500, /status 500/, 3],
  ["502", withStatus(502), 502, /status 502/, 3],
  ["503", withStatus(503), 503, /status 503/, 3],
  ["silence", silence, tiStatus.queryFailed, /no answer within/, 1],
  [
    "a cut answer",
    r => r.writeHead(200, { "content-length": "100" }).write("{", () => r.destroy()),
    tiStatus.queryFailed,
    /cut|ended/,
    1,
  ],
  ["no JSON", r => r.end("<html>sign in</html>"), tiStatus.queryFailed, /cannot be read/, 1],
  ["JSON of another shape", r => r.end('[{"x":1}]'), tiStatus.queryFailed, /cannot be read/, 1],
  ["nothing", r => r.end(), tiStatus.queryFailed, /cannot be read/, 1],
];

describe.each(tiProviders.map(p => [p.name, p] as const))("%s", (_, provider) => {
  test.each(failures)("%s is a row with its reason, and is not kept", async (...[, given, status, message, sent]) => {
    answer = given;
    const { source } = open(provider, given === silence ? 150 : undefined);
    const outcome = await ask(source, queryFor(provider));
    expect(outcome).toMatchObject({ status, cached: false });
    expect(outcome.verdict).toBeUndefined();
    expect(outcome.message).toMatch(message);
    expect(asked).toBe(sent);
    expect(source.usage.kept).toBe(0);
  });

  test("404 is 'not known' where the service documents it, else a failure", async () => {
    answer = withStatus(404);
    const outcome = await ask(open(provider).source, queryFor(provider));
    const isAnswer = provider.notFound?.includes(404) === true;
    expect([outcome.status, outcome.verdict?.found, outcome.message]).toEqual([
      isAnswer ? tiStatus.noData : 404,
      isAnswer ? false : undefined,
      "Not found.",
    ]);
  });

  test("its quota holds in every window, and no more than a tenth of the time is lost", async () => {
    const { quota, clock } = open(provider);
    const [first] = provider.quota;
    const count = 2 * (first?.limit ?? 0) + 1;
    const at: number[] = [];
    for (let i = 0; i < count; i += 1) {
      await quota.take();
      at.push(clock.nowMs);
    }
    for (const { limit, perMs } of provider.quota)
      for (let i = limit; i < count; i += 1) expect((at[i] ?? 0) - (at[i - limit] ?? 0)).toBeGreaterThanOrEqual(perMs);
    const least = Math.max(...provider.quota.map(w => Math.floor((count - 1) / w.limit) * w.perMs));
    expect(clock.nowMs - (at[0] ?? 0)).toBeLessThanOrEqual(least * 1.1);
  });

  test("with its quota used up nothing is sent, and the row says when to ask again", async () => {
    const { source, quota } = open(provider);
    for (let i = 0; i < Math.min(...provider.quota.map(w => w.limit)); i += 1) await quota.take();
    const outcome = await ask(source, queryFor(provider), 0);
    expect(outcome).toMatchObject({
      status: 429,
      message: expect.stringMatching(/used up for another \d+ (?:s|min|h)/) as string,
    });
    expect(asked).toBe(0);
  });
});
