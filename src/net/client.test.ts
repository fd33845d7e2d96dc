import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { isHuntError, type HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "./client.js";
import { toNetError } from "./net-error.js";
import { findProxy } from "./proxy.js";

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  closers.push(
    () =>
      new Promise(done => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  );
  return (server.address() as AddressInfo).port;
}

async function serve(handler: Handler): Promise<string> {
  let count = 0;
  return `http://127.0.0.1:${await listen(createServer((q, s) => handler(q, s, ++count)))}`;
}

/** A client that never really waits; `waits` says how long it would have. */
function open(options: HttpClientOptions = {}): HttpClient & { readonly waits: number[] } {
  const waits: number[] = [];
  const client = createHttpClient({
    random: () => 0.5,
    nowMs: () => Date.UTC(2026, 0, 13),
    sleep: async ms => {
      waits.push(ms);
    },
    ...options,
  });
  closers.push(() => client.close());
  return { waits, request: r => client.request(r), close: () => client.close() };
}

async function failure(promise: Promise<unknown>): Promise<HuntError> {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (e: unknown) => e,
  );
  if (!isHuntError(error)) throw error;
  return error;
}

test("JSON goes out and comes back, compressed or not", async () => {
  const url = await serve((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (d: Buffer) => parts.push(d));
    request.on("end", () => {
      const echo = {
        method: request.method,
        type: request.headers["content-type"],
        body: Buffer.concat(parts).toString(),
      };
      response.setHeader("content-encoding", "gzip").end(gzipSync(JSON.stringify(echo)));
    });
  });
  const answer = await open().request({ url, json: { a: "é" } });
  expect(answer.json()).toEqual({ method: "POST", type: "application/json", body: '{"a":"é"}' });
});

test("429 waits as long as the service asks, in seconds or until a date", async () => {
  const url = await serve((_, response, count) => {
    if (count === 1) response.writeHead(429, { "retry-after": "7" }).end();
    else if (count === 2) response.writeHead(503, { "retry-after": "Tue, 13 Jan 2026 00:00:09 GMT" }).end();
    else response.end("done");
  });
  const client = open();
  const answer = await client.request({ url, method: "POST" });
  expect([answer.text(), answer.attempts, client.waits]).toEqual(["done", 3, [7_000, 9_000]]);
});

test("without a wish of the service waits grow and are spread", async () => {
  const url = await serve((_, response) => response.writeHead(503).end());
  const client = open();
  expect((await client.request({ url })).status).toBe(503);
  expect(client.waits).toEqual([375, 750, 1500]);
});

test("a wish to wait too long is given back instead of waited for", async () => {
  const url = await serve((_, response) => response.writeHead(429, { "retry-after": "3600" }).end());
  const client = open();
  expect((await client.request({ url })).status).toBe(429);
  expect(client.waits).toEqual([]);
});

test.each<[string, { method?: "GET" | "POST"; idempotent?: boolean }, number]>([
  ["a GET is sent again", { method: "GET" }, 2],
  ["a POST is not", { method: "POST" }, 1],
  ["a POST that only reads is", { method: "POST", idempotent: true }, 2],
])("after a 502 %s", async (_, request, sent) => {
  let seen = 0;
  const url = await serve((__, response, count) => {
    seen = count;
    response.writeHead(count === 1 ? 502 : 200).end();
  });
  await open().request({ url, ...request });
  expect(seen).toBe(sent);
});

test("an answer that does not come is a timeout", async () => {
  const url = await serve(() => undefined);
  const error = await failure(open().request({ url, timeoutMs: 30, retries: 0 }));
  expect(error.code).toBe("net/timeout");
  expect(error.message).toContain("0.03 s");
});

test("a body that does not end is a timeout", async () => {
  const url = await serve((_, response) => response.writeHead(200, { "content-length": "10" }).write("abc"));
  expect((await failure(open().request({ url, timeoutMs: 50, retries: 0 }))).code).toBe("net/timeout");
});

test("a body that is cut is not half an answer", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("abc", () => response.destroy());
  });
  expect((await failure(open().request({ url, retries: 0 }))).code).toBe("net/cut");
});

test("a compressed body that is cut is not half an answer", async () => {
  const whole = gzipSync(Buffer.alloc(10_000, "x"));
  const url = await serve((_, response) => response.setHeader("content-encoding", "gzip").end(whole.subarray(0, 20)));
  expect((await failure(open().request({ url, retries: 0 }))).code).toBe("net/cut");
});

test("a body larger than allowed is refused, also one that only grows when it is unpacked", async () => {
  const url = await serve((request, response) => {
    const body = Buffer.alloc(2_000_000, "x");
    if (request.url === "/packed") response.setHeader("content-encoding", "gzip").end(gzipSync(body));
    else response.end(body);
  });
  const client = open({ maxBytes: 1_000_000 });
  expect((await failure(client.request({ url }))).code).toBe("net/too-large");
  expect((await failure(client.request({ url: `${url}/packed` }))).code).toBe("net/too-large");
});

test("redirects are followed, but not for ever", async () => {
  const url = await serve((request, response) => {
    if (request.url === "/") response.writeHead(302, { location: "/there" }).end();
    else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
    else response.end(`${request.method} ${request.url}`);
  });
  const client = open();
  expect((await client.request({ url, method: "POST", body: "x" })).text()).toBe("GET /there");
  expect((await failure(client.request({ url: `${url}/loop` }))).code).toBe("net/redirect");
});

test("secrets do not follow a redirect to another host", async () => {
  const other = await serve((request, response) => response.end(JSON.stringify(request.headers)));
  const url = await serve((_, response) => response.writeHead(307, { location: other }).end());
  const headers = { authorization: "Bearer a", "x-api-key": new Secret("hunter2", "test"), "x-plain": "b" };
  const seen = (await open().request({ url, headers })).json() as Record<string, string>;
  expect(seen["x-plain"]).toBe("b");
  expect(seen["authorization"]).toBeUndefined();
  expect(seen["x-api-key"]).toBeUndefined();
});

test("every hop is checked before it is asked", async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/inner" }).end());
  const asked: string[] = [];
  const client = open({
    checkUrl: u => {
      asked.push(u.pathname);
      if (u.pathname === "/inner") throw new Error("not there");
    },
  });
  await failure(client.request({ url, retries: 0 }));
  expect(asked).toEqual(["/", "/inner"]);
});

test("an abort ends it, also while it waits to try again", async () => {
  const url = await serve((_, response) => response.writeHead(429, { "retry-after": "30" }).end());
  const abort = new AbortController();
  const client = open({
    sleep: async (_, signal) => {
      abort.abort();
      signal?.throwIfAborted();
    },
  });
  expect((await failure(client.request({ url, signal: abort.signal }))).code).toBe("net/cancelled");
  const slow = await serve(() => abort.abort());
  expect((await failure(client.request({ url: slow, signal: abort.signal }))).code).toBe("net/cancelled");
});

test("a closed port is refused, without showing the path", async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise(done => server.close(done));
  const refused = await failure(open().request({ url: `http://127.0.0.1:${port}/secret-path?key=1`, retries: 0 }));
  expect(refused.code).toBe("net/refused");
  expect(refused.message).not.toContain("secret-path");
});

test.each<[string, string]>([
  ["ENOTFOUND", "net/dns"],
  ["EAI_AGAIN", "net/dns"],
  ["ECONNRESET", "net/cut"],
  ["CERT_HAS_EXPIRED", "net/tls"],
  ["UND_ERR_CONNECT_TIMEOUT", "net/timeout"],
  ["ENETUNREACH", "net/unreachable"],
  ["EWHATEVER", "net/failed"],
])("%s deep inside is %s, with a hint", (code, expected) => {
  const inner = Object.assign(new Error("getaddrinfo secret-path"), { code });
  const error = toNetError(
    new TypeError("fetch failed", { cause: new AggregateError([inner]) }),
    new URL("https://h.example/secret-path"),
  );
  expect(error.code).toBe(expected);
  expect(error.hint).not.toBe(undefined);
  expect(error.message).not.toContain("secret-path");
});

test.each(["ftp://x/", "not a url", "http://user:pass@x/"])("the address %s is refused", async url => {
  expect((await failure(open().request({ url }))).code).toBe("net/url");
});

test("offline, nothing is sent", async () => {
  let asked = 0;
  const url = await serve((_, response, count) => {
    asked = count;
    response.end();
  });
  expect((await failure(open({ offline: true }).request({ url }))).code).toBe("net/offline");
  expect(asked).toBe(0);
});

test("an answer that is not JSON says so", async () => {
  const url = await serve((_, response) => response.end("<html>sign in</html>"));
  const answer = await open().request({ url });
  expect(() => answer.json()).toThrowError(expect.objectContaining({ code: "net/not-json" }));
});

/** A proxy that asks for user `ana`, password `p@ss`, and leads every name to one port of this machine. */
async function openProxy(targetPort: number): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const wanted = `Basic ${Buffer.from("ana:p@ss").toString("base64")}`;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.headers["proxy-authorization"] !== wanted) response.writeHead(407).end();
    else response.end("by proxy");
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    if (request.headers["proxy-authorization"] !== wanted) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const target = connect(targetPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
  });
  return { port: await listen(server), seen };
}

const authority = `-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUS2xkGQptVDpwDAA5tyy6fwWSWcMwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQSHVudGJvb2sgdGVzdCBDQTAgFw0yNjExMjQwNDU3NDNaGA8y
MTI2MTAzMTA0NTc0M1owGzEZMBcGA1UEAwwQSHVudGJvb2sgdGVzdCBDQTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABJenxEMK4aYF6b9QhKTlGBs9O4AQ9LNaihU0
Sqb8B3lSDx34IHyn4Iz3U4Usl9aZyXFpANuW7c0lErQqRmm38xujUzBRMB0GA1Ud
DgQWBBR/xOIn5keIf7NIOw8v/66RJELmQDAfBgNVHSMEGDAWgBR/xOIn5keIf7NI
Ow8v/66RJELmQDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDm
hTlfZnrNN/WCCEmJJ77zGkvLCOoK2ShJQKyEemc4RgIgZAC+O1m07/mGA7swigLp
o7ABaeeS3CqVyEjG057Tlhc=
-----END CERTIFICATE-----`;
/** For localhost and cloud.example, signed by the authority above; of no use elsewhere. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBoTCCAUagAwIBAgIUZzWC+CVHVdTNa82n3imsN4ZN3ogwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQSHVudGJvb2sgdGVzdCBDQTAgFw0yNjExMjQwNDU5MjhaGA8y
MTI2MTAzMTA0NTkyOFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAE7QAq9hWH8ErLU+jRDTkPN/uY6xtS3iQ7Pv2hYz+LEfwg
OZPyal0rJhXOQCx4xtk3enpMIHxVfxB6t/PRGqGzUaNtMGswKQYDVR0RBCIwIIIJ
bG9jYWxob3N0gg1jbG91ZC5leGFtcGxlhwR/AAABMB0GA1UdDgQWBBRHw6f35hpn
XN8kAe4ANkaULEMyETAfBgNVHSMEGDAWgBR/xOIn5keIf7NIOw8v/66RJELmQDAK
BggqhkjOPQQDAgNJADBGAiEAzb1WhqNK7dydFao4k+OSx+niZHbISW2S6+aQSn3a
cTICIQCrTF7IMnbMdbVSXv/ubT5NUzDuTuf1paMKgv7Bmu3fMQ==
-----END CERTIFICATE-----`;
const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBBnZ/IufKkH/tgrE
lua6Mc3SGTko9drrsu2E9poAZBOhRANCAATtACr2FYfwSstT6NENOQ83+5jrG1Le
JDs+/aFjP4sR/CA5k/JqXSsmFc5ALHjG2Td6ekwgfFV/EHq389EaobNR
-----END PRIVATE KEY-----`;

async function serveTls(): Promise<number> {
  const server = createTlsServer({ cert: certificate, key: certificateKey }, (_, response) => response.end("over TLS"));
  return listen(server);
}

test("a private authority is trusted when it is given, and only then", async () => {
  const url = `https://localhost:${await serveTls()}/`;
  const refused = await failure(open().request({ url, retries: 0 }));
  expect(refused.code).toBe("net/tls");
  expect(refused.hint).toContain("CA");
  expect((await open({ extraCa: [authority] }).request({ url })).text()).toBe("over TLS");
});

test("https goes through a proxy that asks for a password", async () => {
  const proxy = await openProxy(await serveTls());
  const env = { HTTPS_PROXY: `http://ana:p%40ss@127.0.0.1:${proxy.port}` };
  const client = open({ env, extraCa: [authority] });
  expect((await client.request({ url: "https://cloud.example/" })).text()).toBe("over TLS");
  expect(proxy.seen).toEqual(["CONNECT cloud.example:443"]);
  // The certificate is checked against the name that was asked for, inside the tunnel too.
  expect((await failure(client.request({ url: "https://other.example/", retries: 0 }))).code).toBe("net/tls");
});

test("http goes through the proxy; a wrong password is named", async () => {
  const proxy = await openProxy(1);
  const url = "http://feeds.example/list";
  const right = open({ env: { http_proxy: `http://ana:p%40ss@127.0.0.1:${proxy.port}` } });
  expect((await right.request({ url })).text()).toBe("by proxy");
  expect(proxy.seen).toEqual([`GET ${url}`]);
  const wrong = open({ env: { http_proxy: `http://ana:hunter2@127.0.0.1:${proxy.port}` } });
  const error = await failure(wrong.request({ url, retries: 0 }));
  expect(error.code).toBe("net/proxy-auth");
  expect(JSON.stringify([error.message, error.hint])).not.toContain("hunter2");
  const tunnel = open({ env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
  expect((await failure(tunnel.request({ url: "https://cloud.example/", retries: 0 }))).code).toBe("net/proxy-auth");
});

test.each<[string, Record<string, string>, string | undefined]>([
  ["https://a.example/", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
  ["https://a.example/", { https_proxy: "p:1" }, "http://p:1"],
  ["http://a.example/", { HTTPS_PROXY: "http://p:1" }, undefined],
  ["http://a.example/", { ALL_PROXY: "http://p:1" }, "http://p:1"],
  ["https://a.example/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "b.example,.example" }, undefined],
  ["https://a.example/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "example" }, undefined],
  ["https://aexample/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "example" }, "http://p:1"],
  ["https://a.example/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.example:8443" }, "http://p:1"],
  ["https://a.example:8443/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.example:8443" }, undefined],
  ["https://a.example/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, undefined],
  ["http://127.0.0.1:9/", { HTTP_PROXY: "http://p:1" }, undefined],
])("%s with %j goes through %s", (url, env, proxy) => {
  expect(findProxy(new URL(url), env)).toBe(proxy);
});
