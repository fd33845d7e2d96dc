import { describe, expect, test } from "vitest";
import { DisplayLimit } from "./display-limit.js";
import { PacedReceiver, PacedSender, createOnItsWay } from "./pace.js";
import { CellStreams } from "./stream.js";

const limit = { first: 100, last: 20 };
function collect(limits = limit) {
  const said: (readonly [name: string, text: string])[] = [];
  const streams = new CellStreams((name, text) => said.push([name, text]), limits);
  const text = (name = "stdout") => said.flatMap(([n, t]) => (n === name ? [t] : [])).join("");
  return { said, streams, text };
}

describe("what a cell prints", () => {
  test("is passed on as it is, many writes in few pieces, in the order of both streams", () => {
    const { streams, said } = collect();
    streams.write("stdout", "a\n");
    for (let i = 0; i < 5; i += 1) streams.write("stdout", "b\n");
    streams.write("stderr", "c\n");
    streams.end();
    expect(said).toEqual([
      ["stdout", "a\n"],
      ["stdout", "b\nb\nb\nb\nb\n"],
      ["stderr", "c\n"],
    ]);
  });

  test("up to the limit is shown whole", () => {
    const { streams, text } = collect();
    streams.write("stdout", "x".repeat(100));
    streams.end();
    expect([text(), text("stderr")]).toEqual(["x".repeat(100), ""]);
  });

  test("beyond the limit is counted; a line says so at once, another one how much it was, and the end is shown", () => {
    const { streams, said, text } = collect();
    for (let i = 0; i < 1000; i += 1) streams.write("stdout", `line ${String(i).padStart(4, "0")}\n`);
    expect(text()).toBe(Array.from({ length: 10 }, (_, i) => `line 000${i}\n`).join(""));
    expect(text("stderr")).toMatch(/^Huntbook: this cell has printed 100 characters, which is as much as is shown\./);
    streams.end();
    const [note, end] = said.slice(-2);
    // 9,900 characters and 990 lines were beyond the limit; two lines of them are shown.
    expect(note).toEqual(["stderr", "Huntbook: left out here: 10 kB (988 lines). The end is:\n"]);
    expect(end).toEqual(["stdout", "line 0998\nline 0999\n"]);
  });

  test("a little beyond the limit is not left out at all, only shown at the end", () => {
    const { streams, text } = collect();
    for (let i = 0; i < 11; i += 1) streams.write("stdout", `line ${String(i).padStart(4, "0")}\n`);
    streams.end();
    expect(text().endsWith("line 0009\nline 0010\n")).toBe(true);
    expect(text("stderr")).not.toContain("left out");
  });

  test("one text that is longer than everything is cut at both ends, and its middle is not kept", () => {
    const { streams, text } = collect();
    streams.write("stdout", "y".repeat(50_000_000));
    streams.end();
    expect(text()).toBe("y".repeat(120));
    expect(text("stderr")).toContain("left out here: 50.0 MB (0 lines)");
  });

  test("no character is cut in two", () => {
    const { streams, text } = collect({ first: 11, last: 3 });
    streams.write("stdout", "😀".repeat(40));
    streams.end();
    expect(text()).toMatch(/^(?:😀)+$/u);
    expect(Buffer.from(text()).toString()).toBe(text());
  });

  test("the end of both streams is kept in its order", () => {
    const { streams, said } = collect();
    streams.write("stdout", "x".repeat(100));
    streams.write("stdout", "out\n");
    streams.write("stderr", "err\n");
    streams.end();
    expect(said.slice(-2)).toEqual([
      ["stdout", "out\n"],
      ["stderr", "err\n"],
    ]);
  });

  test("clearing makes room again", () => {
    const { streams, text } = collect();
    for (let i = 0; i < 10; i += 1) {
      streams.write("stdout", "x".repeat(60));
      streams.clear();
    }
    streams.end();
    expect(text("stderr")).toBe("");
  });

  test("after its cell, what goes on printing is told each time it has doubled", () => {
    const { streams, said, text } = collect();
    streams.write("stdout", "x".repeat(100));
    streams.end();
    for (let i = 0; i < 9000; i += 1) streams.write("stdout", "z".repeat(1000));
    expect(text().length).toBe(100);
    const notes = said.filter(([name]) => name === "stderr").map(([, note]) => /; (.*) of it/.exec(note)?.[1]);
    expect(notes).toEqual(["1.0 MB (0 lines)", "2.0 MB (0 lines)", "4.0 MB (0 lines)", "8.0 MB (0 lines)"]);
  });
});

describe("what a cell displays", () => {
  const display = { kind: "display", data: { "text/plain": "x" } } as const;
  test("beyond the limit is counted, and said", () => {
    const displays = new DisplayLimit({ count: 2, size: 1000 });
    const passed = Array.from({ length: 5 }, () => displays.pass(display));
    expect(passed.slice(0, 2)).toEqual([display, display]);
    expect(passed[2]).toMatchObject({
      kind: "stream",
      name: "stderr",
      text: expect.stringContaining("2 displays") as string,
    });
    expect(passed.slice(3)).toEqual([undefined, undefined]);
    expect(displays.end()).toMatchObject({ text: "Huntbook: 3 displays of this cell were left out.\n" });
    expect(displays.end()).toBeUndefined();
  });

  test("the limit is one of size too; errors, results and updates always pass, and clearing makes room", () => {
    const displays = new DisplayLimit({ count: 100, size: 1000 });
    const large = { kind: "display", data: { "text/html": "y".repeat(2000) } } as const;
    expect(displays.pass(large)).toBe(large);
    expect(displays.pass(large)).toMatchObject({ kind: "stream" });
    for (const output of [
      { kind: "result", data: { "text/plain": "1" } },
      { kind: "update", data: { "text/plain": "1" }, displayId: "a" },
      { kind: "error", error: { name: "E", message: "m", traceback: [] } },
    ] as const)
      expect(displays.pass(output)).toBe(output);
    displays.pass({ kind: "clear", wait: false });
    expect(displays.pass(large)).toBe(large);
  });
});

describe("the pace of outputs", () => {
  test("a sender waits while too much is on its way, and no longer than it is told", () => {
    const onItsWay = createOnItsWay();
    const sender = new PacedSender({ onItsWay, limit: 100, longestWaitMs: 60 });
    const receiver = new PacedReceiver(onItsWay);
    const first = sender.depart(150);
    const from = performance.now();
    sender.depart(10);
    expect(performance.now() - from).toBeGreaterThanOrEqual(55);
    receiver.arrived(first);
    const again = performance.now();
    sender.depart(10);
    expect(performance.now() - again).toBeLessThan(50);
  });
});
