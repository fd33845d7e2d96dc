/** The server over real sockets: who is let in, and what every answer carries. Named after the classes of advisories. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { parseNotebook } from "../runner/notebook.js";
import { binaryProtocol, decodeBinary, encodeBinary } from "./kernels/frames.js";
import type { KernelChannel, RawMessage } from "./kernels/port.js";
import type { NotebookServer, NotebookServerOptions } from "./server.js";
import { openNotebookServer } from "./server.js";

const token = "a-token-that-only-tests-have";
const logged: string[] = [];
let base: string;
let server: NotebookServer;
let shutdowns = 0;

const blank = parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }), "blank");
const hostileTitle = `<img src=x onerror="alert(1)">`;

function options(changes: Partial<NotebookServerOptions> = {}): NotebookServerOptions {
  return {
    root: join(base, "root"),
    stateDir: join(base, "state"),
    port: 0,
    token,
    version: "0.0.0-test",
    cullAfterMs: 0,
    launcher: {
      defaultName: "echo",
      specs: () => [
        {
          ...{ name: "echo", displayName: "Echo", language: "", argv: ["echo"], env: { KEY: "hidden" } },
          interruptMode: "message",
          metadata: {},
        },
      ],
      launch: async () => {
        let hear: (channel: KernelChannel, message: RawMessage) => void = () => undefined;
        const nothing = async () => undefined;
        return {
          send: (channel, message) => hear(channel, message),
          onMessage: listener => void (hear = listener),
          onExit: () => undefined,
          ...{ interrupt: nothing, restart: nothing, shutdown: nothing },
        };
      },
    },
    lab: {
      dir: join(base, "lab"),
      schemas: new Map([
        ["@x/y:plugin", { schema: { properties: { a: { type: "number", default: 1 } } }, version: "1" }],
      ]),
    },
    webDir: join(base, "web"),
    templates: async () => [
      { name: "t", title: hostileTitle, description: hostileTitle, parameters: [hostileTitle], notebook: blank },
    ],
    catalog: async () => ({ workspace: "W", tables: [], queries: [] }),
    workspaces: async () => ["W"],
    log: line => void logged.push(line),
    onShutdown: () => (shutdowns += 1),
    ...changes,
  };
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "huntbook-server-"));
  for (const dir of ["root/.git", "root/sub", "lab/static", "lab/themes", "web"])
    mkdirSync(join(base, dir), { recursive: true });
  writeFileSync(join(base, "root", "page.html"), "<script>alert(1)</script>");
  writeFileSync(
    join(base, "root", "pic.svg"),
    "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
  );
  writeFileSync(
    join(base, "root", "hunt.ipynb"),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }),
  );
  writeFileSync(join(base, "root", ".git", "config"), "hidden");
  writeFileSync(join(base, "secret.txt"), "secret");
  symlinkSync(join(base, "secret.txt"), join(base, "root", "link.txt"));
  symlinkSync("circle", join(base, "root", "circle"));
  writeFileSync(join(base, "lab", "static", "index.js"), "1");
  writeFileSync(join(base, "lab", "schemas.json"), "{}");
  server = await openNotebookServer(options());
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}
interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Raw HTTP: `fetch` would tidy up what attackers send. */
function ask(path: string, { method = "GET", headers = {}, body }: Ask = {}): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port: server.port,
        path,
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }) },
      },
      answer => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(pieces).toString("utf8"),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
const program = { authorization: `token ${token}` };
const json = { "content-type": "application/json" };

/** A browser that has exchanged the token. */
async function browser(): Promise<{ cookie: string; xsrf: string; origin: string }> {
  const cookie = String((await ask(`/?token=${token}`)).headers["set-cookie"]).split(";")[0] ?? "";
  const page = (await ask("/lab", { headers: { cookie } })).text;
  return { cookie, xsrf: /"xsrfToken":"([0-9a-f]+)"/.exec(page)?.[1] ?? "", origin: server.origin };
}

/** Any address that fits a pattern. */
const example = (pattern: string) => pattern.replace(/:[a-z]+|\*[a-z]+/g, "x");

describe("every route", () => {
  const each = () =>
    server.routes.flatMap(r => r.methods.map(method => ({ method, path: example(r.pattern), route: r })));

  test("but the sign-in refuses strangers, and does nothing for them", async () => {
    for (const { method, path, route } of each()) {
      const { status } = await ask(path, { method, headers: json });
      if (route.access === "anyone") expect([200, 403], `${method} ${path}`).toContain(status);
      else expect(status, `${method} ${path}`).toBe(403);
    }
    expect(shutdowns).toBe(0);
    expect(server.routes.filter(r => r.access === "anyone").map(r => `${r.methods.join()} ${r.pattern}`)).toEqual([
      "GET /favicon.ico",
      "GET /favicon.svg",
      "POST /login",
      "GET /login",
    ]);
  });

  test("refuses other host names (DNS rebinding), whoever asks", async () => {
    for (const { method, path } of each())
      for (const host of [
        "evil.example",
        `evil.example:${server.port}`,
        "127.0.0.1.evil.example",
        "127.0.0.1",
        `localhost:${server.port + 1}`,
      ]) {
        const { status, text } = await ask(path, { method, headers: { ...program, ...json, host } });
        expect(status, `${method} ${path} ${host}`).toBe(403);
        expect(text).toContain("host name");
        expect(text).toContain('"server/forbidden"');
      }
  });

  test("refuses other origins, exactly, whoever asks", async () => {
    const bad = [
      "http://evil.example",
      "null",
      `http://127.0.0.1:${server.port}.evil.example`,
      `https://127.0.0.1:${server.port}`,
      `http://127.0.0.1:${server.port + 1}`,
      `http://localhost:${server.port}`,
      "http://127.0.0.1",
    ];
    for (const { method, path } of each())
      for (const origin of bad)
        expect(
          (await ask(path, { method, headers: { ...program, ...json, origin } })).status,
          `${method} ${path} ${origin}`,
        ).toBe(403);
  });

  test("that changes something needs the XSRF token of the browser's own session", async () => {
    const [mine, other] = [await browser(), await browser()];
    for (const { method, path, route } of each().filter(r => r.method !== "GET" && r.route.access !== "anyone"))
      for (const xsrf of [undefined, "", "x", other.xsrf]) {
        const headers = {
          cookie: mine.cookie,
          origin: mine.origin,
          ...(xsrf === undefined ? {} : { "x-xsrftoken": xsrf }),
          "sec-fetch-site": "same-origin",
          "sec-fetch-mode": "navigate",
        };
        const { status, text } = await ask(path, {
          method,
          headers: route.bodyType === "json" ? { ...headers, ...json } : headers,
        });
        expect(status, `${method} ${path}`).toBe(403);
        expect(text).toContain("XSRF");
      }
    expect(shutdowns).toBe(0);
  });

  test("answers with the policies, also when it refuses", async () => {
    for (const headers of [{}, program])
      for (const { method, path, route } of each().filter(r => r.method === "GET")) {
        const answer = await ask(path, { method, headers });
        const policy = String(answer.headers["content-security-policy"]);
        expect(policy, path).toContain("frame-ancestors 'none'");
        expect(policy, path).toContain("default-src 'none'");
        expect(policy, path).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*|https?:/);
        if (route.kind === "data" && !path.startsWith("/static") && !path.startsWith("/lab/api/themes"))
          expect(policy, path).toContain("sandbox");
        expect(answer.headers).toMatchObject({
          "x-content-type-options": "nosniff",
          "referrer-policy": "same-origin",
          "x-frame-options": "DENY",
        });
        expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      }
  });
});

describe("the token", () => {
  test("becomes a cookie that scripts and other sites cannot have, and leaves the address", async () => {
    const { status, headers } = await ask(`/lab/tree/hunt.ipynb?a=1&token=${token}`);
    expect(status).toBe(302);
    expect(headers["location"]).toBe("/lab/tree/hunt.ipynb?a=1");
    expect(String(headers["set-cookie"])).toMatch(/^huntbook-\d+=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(String(headers["set-cookie"])).not.toContain(token);
    expect(headers["cache-control"]).toBe("no-store");
  });

  test("is not in any page, and no answer of the API has it", async () => {
    const { cookie } = await browser();
    for (const path of ["/lab", "/gallery", "/api/status", "/api/me"]) {
      const { text, headers } = await ask(path, { headers: { cookie } });
      expect(text + JSON.stringify(headers)).not.toContain(token);
    }
  });

  test("from a link of another site, the page goes on by itself, because its cookie is for this site only", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const answer = await ask(`/lab?token=${token}`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers["refresh"]).toBe("0; url=/lab");
  });

  test.each(["", "x", `${token}x`, token.slice(1), token.toUpperCase()])(
    "a wrong one (%j) opens nothing",
    async wrong => {
      const page = await ask(`/lab?token=${wrong}`);
      expect(page.status).toBe(403);
      expect(page.headers["set-cookie"]).toBeUndefined();
      expect((await ask("/api/status", { headers: { authorization: `token ${wrong}` } })).status).toBe(403);
      expect((await ask(`/api/status?token=${wrong}`)).status).toBe(403);
    },
  );

  test("is never logged, even when the server fails", async () => {
    const failing = await openNotebookServer(options({ catalog: async () => Promise.reject(new TypeError("boom")) }));
    const address = `${failing.origin}/huntbook/api/catalog?token=${token}&x=1`;
    expect((await fetch(address, { headers: program })).status).toBe(500);
    await failing.close();
    expect(logged.join("\n")).toContain("GET /huntbook/api/catalog: TypeError: boom");
    expect(logged.join("\n")).not.toContain(token);
  });

  test("signing in by hand works, with the right token only; signing out ends the session", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await ask("/login", { method: "POST", headers: form, body: "token=wrong" })).status).toBe(403);
    const good = await ask("/login", { method: "POST", headers: form, body: `token=${token}` });
    expect([good.status, good.headers["location"]]).toEqual([303, "/"]);
    const { cookie, xsrf, origin } = await browser();
    const out = await ask("/logout", { method: "POST", headers: { ...json, cookie, origin, "x-xsrftoken": xsrf } });
    expect(out.status).toBe(200);
    expect((await ask("/api/status", { headers: { cookie } })).status).toBe(403);
  });

  test("cookies do not outlive the server", async () => {
    const { cookie } = await browser();
    const second = await openNotebookServer(options());
    const sameName = cookie.replace(/huntbook-\d+/, `huntbook-${second.port}`);
    expect((await fetch(`${second.origin}/api/status`, { headers: { cookie: sameName } })).status).toBe(403);
    await second.close();
  });
});

describe("addresses", () => {
  test.each([
    `//evil.example/lab?token=${token}`,
    `/\\evil.example/lab?token=${token}`,
    `/%5Cevil.example?token=${token}`,
    `/%2F%2Fevil.example?token=${token}`,
    `http://evil.example/lab?token=${token}`,
    `/lab/..//evil.example?token=${token}`,
    `/?token=${token}&next=//evil.example`,
    `/login?next=//evil.example`,
  ])("%s leads nowhere else (open redirect)", async path => {
    const { status, headers } = await ask(path);
    const location = headers["location"];
    if (location !== undefined) {
      expect(String(location)).toMatch(/^\/(?![/\\])/);
      expect(new URL(String(location), server.origin).origin).toBe(server.origin);
    } else expect([200, 400, 403, 404]).toContain(status);
  });

  test.each([
    ["/files/../secret.txt", 404],
    ["/files/..%2Fsecret.txt", 404],
    ["/files/%2e%2e/secret.txt", 404],
    ["/files/link.txt", 404],
    ["/files/.git/config", 404],
    ["/files/sub", 404],
    ["/static/lab/../schemas.json", 404],
    ["/static/lab/..%2Fschemas.json", 404],
    ["/static/lab/.hidden", 404],
    ["/lab/api/themes/..%2f..%2fsecret.txt", 404],
    ["/static/web/%2e%2e%2fsecret.txt", 404],
    ["/api/contents/%2e%2e%2fsecret.txt", 404],
    ["/api/contents/.git/config", 404],
    ["/api/config/..%2F..%2Fx", 400],
    ["/kernelspecs/echo/..%2Fkernel.json", 404],
    ["/api/contents/%E0%A4%A", 400],
    ["/terminals/1", 404],
    ["/nbconvert/html/hunt.ipynb", 404],
    ["/proxy/8080/", 404],
  ])("%s is %i", async (path, status) => {
    const answer = await ask(path, { headers: program });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/secret$|hidden/);
  });

  test("files of the user are saved, not shown: a page among them runs nothing here", async () => {
    const page = await ask("/files/page.html", { headers: program });
    expect(page.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename*=UTF-8''page.html",
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    });
    expect((await ask("/files/pic.svg", { headers: program })).headers["content-security-policy"]).toContain("sandbox");
  });

  test("names and texts of others are text in our pages", async () => {
    const { cookie } = await browser();
    writeFileSync(join(base, "root", `<img src=x onerror=alert(1)>.ipynb`), "{}");
    const { text } = await ask("/gallery", { headers: { cookie } });
    rmSync(join(base, "root", `<img src=x onerror=alert(1)>.ipynb`));
    expect(text).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    expect(text).not.toContain("<img src=x");
    const lab = await ask("/lab/tree/%3C%2Fscript%3E%3Cscript%3Ealert(1)", { headers: { cookie } });
    expect(lab.text).not.toContain("<script>alert");
    expect(lab.text).toContain("\\u003c");
  });

  test("environment variables of kernels are nobody's business", async () => {
    expect((await ask("/api/kernelspecs", { headers: program })).text).not.toContain("hidden");
  });
});

describe("requests", () => {
  const longName = "n".repeat(300);
  test("of browsers must be JSON, which other sites cannot send unasked", async () => {
    const { cookie, xsrf, origin } = await browser();
    const headers = { cookie, origin, "x-xsrftoken": xsrf, "content-type": "text/plain" };
    expect((await ask("/api/kernels", { method: "POST", headers, body: "{}" })).status).toBe(400);
    expect((await ask("/api/kernels", { method: "POST", headers: { ...headers, ...json }, body: "{}" })).status).toBe(
      201,
    );
  });

  test("larger than allowed are refused before they are read", async () => {
    const headers = { ...program, ...json, "content-length": String(5 * 1024 * 1024) };
    const status = await new Promise<string>(resolve => {
      const socket = connect(server.port, "127.0.0.1", () => {
        const lines = Object.entries({ host: `127.0.0.1:${server.port}`, ...headers }).map(([k, v]) => `${k}: ${v}`);
        socket.write(`POST /api/kernels HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      });
      socket.once("data", data => {
        resolve(data.toString());
        socket.destroy();
      });
    });
    expect(status).toContain("HTTP/1.1 413 ");
    expect(status).toContain('"server/too-large"');
  });

  test.each([
    ["PUT /api/status", 405, "server/method"],
    ["POST /api/sessions", 400, "server/bad-request"],
    ["GET /api/sessions/none", 404, "server/not-found"],
    ["DELETE /api/kernels/none", 404, "server/not-found"],
    ["GET /api/kernelspecs/none", 404, "server/no-kernelspec"],
    ["PUT /lab/api/settings/none", 400, "server/bad-request"],
    ["GET /lab/api/settings/none", 404, "server/not-found"],
    ["GET /none", 404, "server/not-found"],
    [`PUT /api/contents/${longName}`, 400, "server/bad-request", { type: "file", format: "text", content: "" }],
    ["GET /api/contents/circle", 404, "server/not-found"],
    ["PATCH /api/contents/sub", 403, "server/file", { path: "sub/inner" }],
    ["PUT /api/contents/sub", 409, "server/exists", { type: "file", format: "text", content: "" }],
  ])("%s is %i, with words", async (request, status, code, body: object = {}) => {
    const [method = "", path = ""] = request.split(" ");
    const answer = await ask(path, {
      method,
      headers: { ...program, ...json },
      ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
    });
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([status, code]);
    expect((JSON.parse(answer.text) as { message: string }).message.length).toBeGreaterThan(10);
  });

  test("a port in use is said so", async () => {
    await expect(openNotebookServer(options({ port: server.port }))).rejects.toMatchObject({ code: "server/port" });
  });
});

describe("settings, workspaces and configuration", () => {
  const put = (path: string, value: object, method = "PUT") =>
    ask(path, { method, headers: { ...program, ...json }, body: JSON.stringify(value) });
  const get = async (path: string) =>
    JSON.parse((await ask(path, { headers: program })).text) as Record<string, unknown>;

  test("are kept", async () => {
    const id = encodeURIComponent("@x/y:plugin");
    expect((await put(`/lab/api/settings/${id}`, { raw: '{ "a": 2 } ' })).status).toBe(204);
    expect(await get(`/lab/api/settings/${id}`)).toMatchObject({
      id: "@x/y:plugin",
      raw: '{ "a": 2 } ',
      settings: { a: 2 },
    });
    expect(await get("/lab/api/settings?ids_only=true")).toEqual({ settings: [{ id: "@x/y:plugin" }] });
    await put("/lab/api/workspaces/mine", { data: { x: 1 }, metadata: { id: "mine" } });
    expect(await get("/lab/api/workspaces/mine")).toMatchObject({ data: { x: 1 }, metadata: { id: "mine" } });
    expect((await get("/lab/api/workspaces"))["workspaces"]).toMatchObject({ ids: ["mine"] });
    expect((await ask("/lab/api/workspaces/mine", { method: "DELETE", headers: program })).status).toBe(204);
    expect(await get("/lab/api/workspaces/mine")).toMatchObject({ data: {} });
  });

  test("sections are merged, and names are no paths", async () => {
    await put("/api/config/notebook", { a: { b: 1, c: 2 }, d: 1 });
    await put("/api/config/notebook", { a: { b: null, e: 3 } }, "PATCH");
    expect(await get("/api/config/notebook")).toEqual({ a: { c: 2, e: 3 }, d: 1 });
    await put("/api/config/__proto__", { polluted: true });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    for (const name of ["../../root/x", ".x", "a".repeat(300)])
      expect((await put(`/api/config/${encodeURIComponent(name)}`, { a: 1 })).status, name).toBe(400);
    expect((await put(`/api/config/${encodeURIComponent("a/../b")}`, { a: 1 })).status).toBe(200);
    expect((await ask("/api/contents/b.json", { headers: program })).status).toBe(404);
  });
});

describe("the gallery", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };

  test("a template is given a name and launched; a name that is taken or impossible is said on the page", async () => {
    const { cookie, xsrf, origin } = await browser();
    const create = (name: string, token = xsrf) =>
      ask("/gallery", {
        method: "POST",
        headers: { ...form, cookie, origin },
        body: new URLSearchParams({ _xsrf: token, template: "t", name }).toString(),
      });
    const made = await create("my hunt");
    expect([made.status, made.headers["location"]]).toEqual([303, "/lab/tree/my%20hunt.ipynb"]);
    expect((await ask("/api/contents/my%20hunt.ipynb?content=0", { headers: program })).status).toBe(200);
    for (const [name, text] of [
      ["my hunt", "exists already"],
      ["../x", "is not a name"],
      [".x", "is not a name"],
      [" ", "is not a name"],
    ] as const) {
      const again = await create(name);
      expect(again.status).toBe(400);
      expect(again.text).toContain(text);
    }
    expect((await create("other", "x")).status).toBe(403);
  });
});

describe("websockets", () => {
  const open = (path: string, headers: Record<string, string>, protocols: string[] = []) =>
    new Promise<WebSocket | number>(resolve => {
      const ws = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers });
      ws.once("open", () => resolve(ws));
      ws.once("unexpected-response", (_, answer) => {
        resolve(answer.statusCode ?? 0);
        ws.terminate();
      });
      ws.on("error", () => undefined);
    });
  const kernel = async () =>
    (
      JSON.parse(
        (await ask("/api/kernels", { method: "POST", headers: { ...program, ...json }, body: "{}" })).text,
      ) as { id: string }
    ).id;

  test("are for visitors from this origin only", async () => {
    const { cookie, origin } = await browser();
    for (const path of [`/api/kernels/${await kernel()}/channels`, "/api/events/subscribe"]) {
      expect(await open(path, {})).toBe(403);
      expect(await open(path, { origin })).toBe(403);
      expect(await open(path, { cookie })).toBe(403);
      expect(await open(path, { cookie, origin: "http://evil.example" })).toBe(403);
      expect(await open(path, { cookie, origin: `${origin}.evil.example` })).toBe(403);
      expect(await open(path, { cookie, origin: `http://localhost:${server.port}` })).toBe(403);
      expect(await open(path, { cookie, origin, host: "evil.example" })).toBe(403);
      expect(await open(path, { ...program, origin: "http://evil.example" })).toBe(403);
      for (const headers of [{ cookie, origin }, program]) {
        const ws = await open(path, headers);
        expect(ws).toBeInstanceOf(WebSocket);
        (ws as WebSocket).terminate();
      }
    }
    expect(await open("/api/kernels/none/channels", program)).toBe(404);
    expect(await open("/terminals/websocket/1", program)).toBe(404);
    expect(await open(`//evil.example/api/events/subscribe`, program)).toBe(403);
  });

  test("carry messages in both protocols; nonsense ends the connection, not the server", async () => {
    const path = `/api/kernels/${await kernel()}/channels`;
    const message: RawMessage = {
      parts: [
        Buffer.from('{"msg_id":"1","msg_type":"ping"}'),
        Buffer.from("{}"),
        Buffer.from("{}"),
        Buffer.from('{"a":1}'),
      ],
      buffers: [Buffer.from([1, 2])],
    };
    const binary = (await open(path, program, [binaryProtocol])) as WebSocket;
    expect(binary.protocol).toBe(binaryProtocol);
    const heard = new Promise<Buffer>(resolve => binary.once("message", data => resolve(data as Buffer)));
    binary.send(encodeBinary({ channel: "shell", message }));
    expect(decodeBinary(await heard).message.buffers[0]).toEqual(Buffer.from([1, 2]));
    const text = (await open(path, program)) as WebSocket;
    const answer = new Promise<string>(resolve => text.once("message", data => resolve((data as Buffer).toString())));
    text.send(JSON.stringify({ channel: "shell", header: { msg_id: "2", msg_type: "x" }, content: { b: 2 } }));
    expect(JSON.parse(await answer)).toMatchObject({
      channel: "shell",
      msg_id: "2",
      msg_type: "x",
      content: { b: 2 },
      buffers: [],
    });
    const closed = new Promise<number>(resolve => text.once("close", code => resolve(code)));
    text.send("nonsense");
    expect(await closed).toBe(1007);
    binary.terminate();
    expect((await ask("/api/status", { headers: program })).status).toBe(200);
  });
});
