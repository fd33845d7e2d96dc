import { beforeEach, describe, expect, test } from "vitest";
import type { ChannelMessage } from "./frames.js";
import type { Listener } from "./kernel.js";
import { KernelManager } from "./manager.js";
import type { KernelChannel, KernelLauncher, LaunchRequest, RawMessage, RunningKernel } from "./port.js";

interface FakeKernel extends RunningKernel {
  readonly request: LaunchRequest;
  readonly calls: string[];
  say(type: string, content: object, channel?: KernelChannel): void;
  crash(how: string): void;
}

const json = (value: object) => Buffer.from(JSON.stringify(value));
const read = (part: Uint8Array) => JSON.parse(Buffer.from(part).toString()) as Record<string, unknown>;
const raw = (type: string, content: object, buffers: readonly Uint8Array[] = []): RawMessage => ({
  parts: [json({ msg_id: "m", msg_type: type }), json({ msg_id: "parent" }), json({}), json(content)],
  buffers,
});

let launched: FakeKernel[];
let now: number;
let manager: KernelManager;
const launcher: KernelLauncher = {
  defaultName: "huntbook",
  specs: () =>
    ["huntbook", "python3"].map(name => ({
      ...{ name, displayName: name, language: "", argv: [], env: {} },
      interruptMode: "message",
      metadata: {},
    })),
  launch: async request => {
    let onMessage: (channel: KernelChannel, message: RawMessage) => void = () => undefined;
    let onExit: (how: string) => void = () => undefined;
    const calls: string[] = [];
    const fake: FakeKernel = {
      request,
      calls,
      send: (channel, message) => void calls.push(`${channel} ${String(read(message.parts[0])["msg_type"])}`),
      onMessage: listener => void (onMessage = listener),
      onExit: listener => void (onExit = listener),
      interrupt: async () => void calls.push("interrupt"),
      restart: async () => void calls.push("restart"),
      shutdown: async () => void calls.push("shutdown"),
      say: (type, content, channel = "iopub") => onMessage(channel, raw(type, content)),
      crash: how => onExit(how),
    };
    launched.push(fake);
    return fake;
  },
};
beforeEach(() => {
  launched = [];
  now = 0;
  manager = new KernelManager({ launcher, folderOf: async path => `/root/${path}`, cullAfterMs: 1000, now: () => now });
});

/** A page that notes what it hears. */
function page(backlogBytes = 0): Listener & { readonly heard: string[]; backlog: number } {
  const heard: string[] = [];
  return {
    heard,
    backlog: backlogBytes,
    get backlogBytes() {
      return this.backlog;
    },
    send: ({ message }: ChannelMessage) => {
      const content = read(message.parts[3]);
      heard.push(String(content["execution_state"] ?? content["text"] ?? read(message.parts[0])["msg_type"]));
    },
    close: () => void heard.push("closed"),
  };
}
const settle = () => new Promise(resolve => setTimeout(resolve, 0));

describe("sessions", () => {
  test("two pages that open one notebook share its kernel, which starts in the notebook's folder", async () => {
    const [a, b] = await Promise.all([
      manager.openSession({ path: "x/a.ipynb" }),
      manager.openSession({ path: "x/a.ipynb" }),
    ]);
    expect(a.kernel.id).toBe(b.kernel.id);
    expect(launched.map(k => k.request)).toEqual([{ name: "huntbook", cwd: "/root/x/a.ipynb", notebook: "x/a.ipynb" }]);
    expect(manager.sessions()).toHaveLength(1);
  });

  test("a rename keeps the kernel; another kernel ends the old one; closing ends the last", async () => {
    const session = await manager.openSession({ path: "a.ipynb" });
    const renamed = await manager.changeSession(session.id, { path: "b.ipynb", name: "b" });
    expect(renamed).toMatchObject({
      path: "b.ipynb",
      notebook: { path: "b.ipynb" },
      kernel: { id: session.kernel.id },
    });
    const changed = await manager.changeSession(session.id, { kernelName: "python3" });
    expect(changed.kernel.name).toBe("python3");
    expect(launched[0]?.calls).toEqual(["shutdown"]);
    await manager.closeSession(session.id);
    expect(launched[1]?.calls).toEqual(["shutdown"]);
    expect(manager.kernels()).toEqual([]);
  });

  test("a kernel that two notebooks use ends with the second", async () => {
    const first = await manager.openSession({ path: "a.ipynb" });
    const second = await manager.openSession({ path: "b.ipynb", kernelId: first.kernel.id });
    await manager.closeSession(first.id);
    expect(launched[0]?.calls).toEqual([]);
    await manager.closeSession(second.id);
    expect(launched[0]?.calls).toEqual(["shutdown"]);
  });

  test("unknown kernels and sessions are refused by name", async () => {
    await expect(manager.openSession({ path: "a.ipynb", kernelName: "huntbok" })).rejects.toMatchObject({
      code: "server/no-kernelspec",
      message: expect.stringContaining("did you mean 'huntbook'") as string,
    });
    await expect(manager.openSession({})).rejects.toMatchObject({ code: "server/bad-request" });
    await expect(manager.shutdown("x")).rejects.toMatchObject({ code: "server/not-found" });
    expect(() => manager.session("x")).toThrowError(/no such session/);
  });
});

describe("a kernel", () => {
  test("passes messages both ways and knows its state", async () => {
    const kernel = await manager.start({});
    const heard = page();
    const detach = kernel.attach(heard);
    kernel.send("shell", raw("execute_request", {}));
    launched[0]?.say("status", { execution_state: "busy" });
    expect(kernel.model()).toMatchObject({ execution_state: "busy", connections: 1 });
    launched[0]?.say("stream", { text: "out" });
    detach();
    expect(launched[0]?.calls).toEqual(["shell execute_request"]);
    expect(heard.heard).toEqual(["busy", "out"]);
  });

  test("what it says while no page listens is told to the next one, and what did not fit is counted", async () => {
    const kernel = await manager.start({});
    launched[0]?.say("stream", { text: "first" });
    const big = "x".repeat(20_000_000);
    launched[0]?.say("display_data", { data: big });
    launched[0]?.say("display_data", { data: big });
    const heard = page();
    kernel.attach(heard);
    expect(heard.heard).toEqual(["first", "display_data", "Huntbook: 1 messages were lost while no page was open.\n"]);
  });

  test("a page that cannot keep up misses outputs, and is told so; nothing else is left out", async () => {
    const kernel = await manager.start({});
    const slow = page(100_000_000);
    kernel.attach(slow);
    for (const text of ["a", "b"]) launched[0]?.say("stream", { text });
    launched[0]?.say("comm_open", {});
    slow.backlog = 0;
    launched[0]?.say("stream", { text: "c" });
    expect(slow.heard).toEqual([
      "comm_open",
      "Huntbook: 2 pieces of output were left out, the page could not keep up.\n",
      "c",
    ]);
  });

  test("that, it is told at the end of the cell too, however far behind it still is", async () => {
    const kernel = await manager.start({});
    const slow = page(100_000_000);
    kernel.attach(slow);
    for (const type of ["stream", "update_display_data", "execute_result"]) launched[0]?.say(type, {});
    launched[0]?.say("status", { execution_state: "idle" });
    launched[0]?.say("status", { execution_state: "busy" });
    expect(slow.heard).toEqual([
      "Huntbook: 3 pieces of output were left out, the page could not keep up.\n",
      "idle",
      "busy",
    ]);
  });

  test("is started anew after a crash, says so, and is given up when it crashes again and again", async () => {
    const kernel = await manager.start({});
    const heard = page();
    kernel.attach(heard);
    launched[0]?.crash("was ended by SIGKILL");
    await settle();
    expect(heard.heard).toEqual([
      "Huntbook: the kernel was ended by SIGKILL; its variables are lost.\n",
      "autorestarting",
    ]);
    for (let i = 0; i < 5; i += 1) launched[0]?.crash("ended");
    await settle();
    expect(launched[0]?.calls).toEqual([...Array.from({ length: 5 }, () => "restart"), "shutdown"]);
    expect(heard.heard).toContain("dead");
    expect(manager.kernels()).toEqual([]);
  });

  test("that nobody uses is ended, one that computes or has a page is not", async () => {
    const [idle, busy, watched] = [await manager.start({}), await manager.start({}), await manager.start({})];
    launched[1]?.say("status", { execution_state: "busy" });
    const detach = watched.attach(page());
    now = 1000;
    expect(await manager.cull()).toEqual([idle.id]);
    expect(manager.kernels().map(k => k.id)).toEqual([busy.id, watched.id]);
    detach();
    now = 1500;
    expect(await manager.cull()).toEqual([]);
    now = 2000;
    expect(await manager.cull()).toEqual([watched.id]);
  });
});
