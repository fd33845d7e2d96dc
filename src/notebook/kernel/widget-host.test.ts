import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { CommTarget } from "../protocol/comm.js";
import { createModules, createWidgetHost, viewTarget } from "./widget-host.js";

test("a module that was not built says what to do; one that was is read once", () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  const read = createModules(pathToFileURL(`${dir}/`));
  expect(() => read("widgets")).toThrow(expect.objectContaining({ code: "widget/not-built" }));
  writeFileSync(join(dir, "widgets.js"), "export default 1");
  expect(read("widgets")).toBe("export default 1");
  rmSync(dir, { recursive: true });
  expect(read("widgets")).toBe("export default 1");
});

test("views ask on a comm of their own, and each answer has its question's number", async () => {
  const targets = new Map<string, CommTarget>();
  const comms = {
    register: (name: string, target: CommTarget) => void targets.set(name, target),
    open: () => ({ id: "x", send: () => undefined, close: () => undefined }),
  };
  createWidgetHost(comms, async request => ({ type: "error", message: `asked for ${request.type}` }));
  const sent: unknown[] = [];
  const comm = { id: "c", send: (data: unknown) => void sent.push(data), close: () => undefined };
  const handlers = await targets.get(viewTarget)?.(comm, { data: {}, metadata: {}, buffers: [] });
  const ask = (id: number, type: string): unknown =>
    handlers?.onMessage?.({ data: { id, request: { type } }, metadata: {}, buffers: [] });
  await Promise.all([ask(1, "rows"), ask(2, "zoom")]);
  expect(sent).toEqual([
    { id: 1, reply: { type: "error", message: "asked for rows" } },
    { id: 2, reply: { type: "error", message: "asked for zoom" } },
  ]);
});
