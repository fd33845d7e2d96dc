import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkProcesses, normalizeProcessId, orderForest, type ProcessTable } from "./index.js";

interface Event {
  readonly at: number;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly parentName?: string;
  readonly host?: string;
}

function tableOf(events: readonly Event[], more: Partial<ProcessTable> = {}): ProcessTable {
  return {
    timeMs: events.map(e => e.at),
    processId: events.map(e => e.id),
    parentId: events.map(e => e.parent),
    name: events.map(e => e.name),
    parentName: events.map(e => e.parentName ?? ""),
    host: events.map(e => e.host ?? "h"),
    ...more,
  };
}
const parents = (events: readonly Event[], more?: Partial<ProcessTable>): number[] => [
  ...linkProcesses(tableOf(events, more)).parent,
];

test.each([
  ["0x1A4", "420"],
  ["420", "420"],
  ["0420", "420"],
  ["420.0", "420"],
  ["{guid}", "{guid}"],
  ["", ""],
])("the process id %j is %j", (text, id) => expect(normalizeProcessId(text)).toBe(id));

describe("parents", () => {
  test("of two processes with one id the latest that began before is the parent", () => {
    expect(
      parents([
        { at: 0, id: "10", parent: "", name: "a" },
        { at: 100_000, id: "10", parent: "", name: "b" },
        { at: 50_000, id: "20", parent: "10", name: "c" },
        { at: 150_000, id: "21", parent: "10", name: "d" },
      ]),
    ).toEqual([-1, -1, 0, 1]);
  });

  test("a reused id with another name is not the parent: the parent is not in the data", () => {
    const links = linkProcesses(
      tableOf([
        { at: 0, id: "10", parent: "", name: "C:\\a.exe" },
        { at: 10, id: "20", parent: "10", name: "c", parentName: "D:\\B.EXE" },
      ]),
    );
    expect([...links.parent]).toEqual([-1, 2, -1]);
    expect(links.ghosts).toMatchObject([{ processId: "10", name: "D:\\B.EXE", host: "h" }]);
  });

  test("the same id on another host is another process", () => {
    expect(
      parents([
        { at: 0, id: "10", parent: "", name: "a", host: "one" },
        { at: 5, id: "20", parent: "0xA", name: "b", host: "two" },
        { at: 6, id: "21", parent: "0xA", name: "c", host: "one" },
      ]).slice(0, 3),
    ).toEqual([-1, 3, 0]);
  });

  test("a parent that began up to two seconds later is believed when its name agrees, and the clock is doubted", () => {
    const events = [
      { at: 1500, id: "10", parent: "", name: "a.exe" },
      { at: 0, id: "20", parent: "10", name: "b", parentName: "a.exe" },
    ];
    const links = linkProcesses(tableOf(events));
    expect([...links.parent]).toEqual([-1, 0]);
    expect([...links.early]).toEqual([0, 1]);
    expect(parents([{ ...events[0], at: 9000 } as Event, events[1] as Event])[1]).toBe(2);
  });

  test("a told creation time settles which of the processes with an id it was", () => {
    const events = [
      { at: 0, id: "10", parent: "", name: "a" },
      { at: 100_000, id: "10", parent: "", name: "a" },
      { at: 200_000, id: "20", parent: "10", name: "b" },
    ];
    expect(parents(events, { parentCreatedMs: [Number.NaN, Number.NaN, 20] })).toEqual([-1, -1, 0]);
  });

  test("GUIDs win over ids, and a circle of them is cut once", () => {
    const events = [
      { at: 0, id: "10", parent: "20", name: "a" },
      { at: 5, id: "20", parent: "10", name: "b" },
    ];
    const links = linkProcesses(tableOf(events, { guid: ["A", "B"], parentGuid: ["B", "A"] }));
    expect(links.cycles).toHaveLength(1);
    expect([...links.parent].filter(p => p === -1)).toHaveLength(1);
  });

  test("a row that repeats another is left out", () => {
    const event = { at: 7, id: "10", parent: "", name: "a" };
    expect(linkProcesses(tableOf([event, event, { ...event, name: "b" }])).duplicates).toBe(1);
  });

  test("roots, leaves, branches, isolated and depth are counted", () => {
    const table = tableOf([
      { at: 0, id: "1", parent: "", name: "root" },
      { at: 1, id: "2", parent: "1", name: "branch" },
      { at: 2, id: "3", parent: "2", name: "leaf" },
      { at: 3, id: "9", parent: "", name: "alone" },
    ]);
    expect(orderForest(table, linkProcesses(table)).summary).toEqual({
      ...{ processes: 4, roots: 2, leaves: 2, branches: 1, isolated: 1, depth: 2, ghosts: 0 },
    });
  });

  test("a chain of 100,000 is ordered without recursion", () => {
    const events = Array.from({ length: 100_000 }, (_, i) => ({
      at: i,
      id: String(i + 1),
      parent: String(i),
      name: "x",
    }));
    const table = tableOf(events);
    expect(orderForest(table, linkProcesses(table)).summary.depth).toBe(99_999);
  });

  test("whatever the events, every row stands once, below its parent", () => {
    const event = fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Number.NaN)),
      id: fc.constantFrom("1", "2", "3", "0x2", "", "__proto__"),
      parent: fc.constantFrom("1", "2", "3", "", "constructor"),
      name: fc.constantFrom("a", "b", "", "__proto__"),
      parentName: fc.constantFrom("a", "b", ""),
      guid: fc.constantFrom("A", "B", "C", ""),
      parentGuid: fc.constantFrom("A", "B", "C", ""),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), events => {
        const more = { guid: events.map(e => e.guid), parentGuid: events.map(e => e.parentGuid) };
        const table = tableOf(events, more);
        const links = linkProcesses(table);
        const forest = orderForest(table, links);
        expect(new Set(forest.order).size).toBe(links.parent.length - links.duplicates);
        forest.parentAt.forEach((above, at) => expect(above).toBeLessThan(at));
      }),
    );
  });
});
