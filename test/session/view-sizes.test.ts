/** What a notebook keeps of a view, at worst: many rows, all different, with long texts. 2 MB is the most by default (issue: views). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../src/base/column.js";
import { complete } from "../../src/base/completeness.js";
import { displaySymbol, type Displayable } from "../../src/base/port.js";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { createViewPorts } from "../../src/session/views.js";

const columns: readonly Column[] = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "Group", type: "string" },
  { name: "Text", type: "string" },
  { name: "Bytes", type: "long" },
  { name: "Latitude", type: "real" },
  { name: "Longitude", type: "real" },
  { name: "Id", type: "string" },
  { name: "Parent", type: "string" },
];
const count = 30_000;
const long = "x".repeat(400);

/** Text and base64 as they stand in the file. */
async function savedBytes(shown: Displayable): Promise<number> {
  const sizes = Object.values(await shown[displaySymbol]()).map(value =>
    value instanceof Uint8Array
      ? Math.ceil(value.byteLength / 3) * 4
      : Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe("a saved view is smaller than 2 MB, whatever its rows", () => {
  let store: FrameStore;
  let frame: Frame;
  beforeAll(async () => {
    store = await FrameStore.open({ views: createViewPorts({ workspaces: async () => [] }) });
    const rows = Array.from({ length: count }, (_, i) => [
      ...[new Date(Date.UTC(2026, 0, 1) + i * 7919), `group ${i} ${long}`, `text ${i} ${long}`, i * 17],
      ...[((i * 37) % 1600) / 10 - 80, ((i * 53) % 3400) / 10 - 170, String(i + 1), String((i * 7) % (i + 1))],
    ]);
    frame = await store.fromBatches(columns, [rows], {
      completeness: complete,
      provenance: { source: "test", ranAtMs: 0, tookMs: 0, clock: "system", clockDependent: false },
    });
  });
  afterAll(async () => store?.close());

  const schema = { time: "TimeGenerated", processId: "Id", parentId: "Parent", name: "Group", commandLine: "Text" };
  const shows: Readonly<Record<string, (f: Frame) => Promise<Displayable> | Displayable>> = {
    grid: f => f,
    timeline: f => f.plot.timeline({ groupBy: "Group", color: "Text" }),
    "timeline of all it draws one by one": async f =>
      (await f.head(5000)).plot.timeline({ groupBy: "Group", details: ["Text", "Group"] }),
    "timeline of values": f => f.plot.timeline({ value: "Bytes", color: "Group" }),
    "process tree": f => f.plot.processTree({ schema }),
    map: f => f.plot.map({ label: "Text", color: "Group" }),
    "map with journeys": f => f.plot.map({ label: "Text", pathBy: "Group" }),
    "line chart": f => f.plot.chart({ kind: "line", x: "TimeGenerated", y: "Bytes" }),
    "column chart": f => f.plot.chart({ kind: "column", x: "Text", y: "Bytes" }),
    "scatter chart": f => f.plot.chart({ kind: "scatter", x: "Bytes", y: "Latitude" }),
    "pie chart": f => f.plot.chart({ kind: "pie", x: "Text", y: "Bytes" }),
    "heat map": f => f.plot.heatmap({ x: "Group", y: "Text" }),
  };
  test.each(Object.keys(shows))("%s", async name => {
    expect(await savedBytes((await shows[name]?.(frame)) as Displayable)).toBeLessThan(2_000_000);
  });
});
