import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Secret } from "../base/secret.js";
import { createHttpClient } from "../net/client.js";
import { createAzureCliTokens, createClientSecretTokens, type RunResult } from "./azure-token.js";

const scope = "https://api.loganalytics.io/.default";
const tenant = "aaaaaaaa-0000-4000-8000-000000000000";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function cli(results: readonly Partial<RunResult>[], platform = "linux") {
  let nowMs = 0;
  const ran: string[][] = [];
  const tokens = createAzureCliTokens({
    nowMs: () => nowMs,
    platform,
    run: async (file, args) => {
      ran.push([file, ...args]);
      return { exitCode: 0, stdout: "", stderr: "", ...results[ran.length - 1] };
    },
  });
  return { tokens, ran, passSeconds: (s: number) => (nowMs += s * 1000) };
}

const answer = (token: string, expiresOn: number) => ({
  stdout: JSON.stringify({ accessToken: token, expires_on: expiresOn }),
});

test("the CLI's token is kept until five minutes before it expires", async () => {
  const { tokens, ran, passSeconds } = cli([answer("one", 3600), answer("two", 7200)]);
  expect((await tokens.getToken(scope, tenant)).reveal()).toBe("one");
  passSeconds(3200);
  expect((await tokens.getToken(scope, tenant)).reveal()).toBe("one");
  passSeconds(200);
  expect((await tokens.getToken(scope, tenant)).reveal()).toBe("two");
  expect(ran).toHaveLength(2);
  expect(ran[0]).toEqual([
    "az",
    "account",
    "get-access-token",
    "--scope",
    scope,
    "--tenant",
    tenant,
    "--output",
    "json",
  ]);
});

test("on Windows the CLI is a batch file", async () => {
  const { tokens, ran } = cli([answer("one", 3600)], "win32");
  await tokens.getToken(scope, tenant);
  expect(ran[0]?.slice(0, 5)).toEqual(["cmd.exe", "/d", "/s", "/c", "az.cmd"]);
});

test.each<[string, Partial<RunResult>, string, RegExp]>([
  ["no CLI", { exitCode: undefined }, "auth/no-cli", /az login/],
  [
    "no CLI on Windows",
    { exitCode: 1, stderr: "'az.cmd' is not recognized as an internal or external command" },
    "auth/no-cli",
    /install/,
  ],
  [
    "no sign-in",
    { exitCode: 1, stderr: "Please run 'az login' to setup account." },
    "auth/not-signed-in",
    /az login --tenant/,
  ],
  [
    "an expired sign-in",
    { exitCode: 1, stderr: "AADSTS700082: The refresh token has expired" },
    "auth/expired",
    /az login/,
  ],
  [
    "a proxy in the way",
    {
      exitCode: 1,
      stderr: "HTTPSConnectionPool: Max retries exceeded (Caused by ProxyError('Cannot connect to proxy.'))",
    },
    "auth/cli-network",
    /HTTPS_PROXY/,
  ],
  [
    "inspected TLS",
    { exitCode: 1, stderr: "ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED" },
    "auth/cli-network",
    /REQUESTS_CA_BUNDLE/,
  ],
  [
    "a clock that is wrong",
    { exitCode: 1, stderr: "AADSTS700024: Client assertion is not within its valid time range." },
    "auth/clock",
    /clock/,
  ],
  ["an answer that is no JSON", { stdout: "oops" }, "auth/not-signed-in", /az login/],
])("%s is named, with what to do", async (_, result, code, hint) => {
  await expect(cli([result]).tokens.getToken(scope, tenant)).rejects.toMatchObject({
    code,
    hint: expect.stringMatching(hint) as string,
  });
});

test("a failure is not remembered", async () => {
  const { tokens } = cli([{ exitCode: 1 }, answer("one", 3600)]);
  await expect(tokens.getToken(scope, tenant)).rejects.toMatchObject({ code: "auth/not-signed-in" });
  expect((await tokens.getToken(scope, tenant)).reveal()).toBe("one");
});

test("a tenant that could be an option or a command is not passed on", async () => {
  const { tokens, ran } = cli([]);
  await expect(tokens.getToken(scope, "x & calc.exe")).rejects.toMatchObject({ code: "auth/refused" });
  expect(ran).toEqual([]);
});

async function authority(status: number, body: unknown): Promise<{ url: string; seen: URLSearchParams[] }> {
  const seen: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (d: Buffer) => (text += d.toString()));
    request.on("end", () => {
      seen.push(new URLSearchParams(text));
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise(done => server.close(() => done())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function application(url: string) {
  const http = createHttpClient();
  closers.push(() => http.close());
  return createClientSecretTokens({
    nowMs: () => 0,
    http,
    authority: url,
    clientId: "app-1",
    clientSecret: new Secret("hunter2", "env:X"),
  });
}

test("an application gets a token with its secret", async () => {
  const { url, seen } = await authority(200, { access_token: "one", expires_in: 3599 });
  const tokens = application(url);
  expect((await tokens.getToken(scope, tenant)).reveal()).toBe("one");
  await tokens.getToken(scope, tenant);
  expect(seen).toHaveLength(1);
  expect(Object.fromEntries(seen[0] ?? [])).toEqual({
    grant_type: "client_credentials",
    client_id: "app-1",
    client_secret: "hunter2",
    scope,
  });
});

test("a refused application is named; its secret is not", async () => {
  const { url } = await authority(401, {
    error: "invalid_client",
    error_description: "AADSTS7000215: hunter2 is wrong",
  });
  const error: unknown = await application(url)
    .getToken(scope, tenant)
    .catch((e: unknown) => e);
  expect(error).toMatchObject({
    code: "auth/refused",
    message: "the application 'app-1' was refused a token (invalid_client)",
  });
  expect(JSON.stringify([String(error), error])).not.toContain("hunter2");
});

test("without a tenant the CLI is asked for its own", async () => {
  const { tokens, ran } = cli([answer("one", 3600)]);
  await tokens.getToken(scope, "organizations");
  expect(ran[0]).not.toContain("--tenant");
  await expect(
    cli([{ exitCode: 1, stderr: "Please run 'az login'" }]).tokens.getToken(scope, "organizations"),
  ).rejects.toMatchObject({
    message: "the Azure CLI has no valid sign-in",
    hint: "run `az login`",
  });
});
