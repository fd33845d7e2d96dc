import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findLookalikes, linkProcesses, normalizeProcessId } from "./link.js";
import { orderForest } from "./tree.js";
import { tableOf, type Event } from "./text-table.js";

const parents = (events: readonly Event[]): number[] => [...linkProcesses(tableOf(events)).parent];

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
    expect(links.ghosts).toEqual([{ toldBy: 1, as: "parent", createdMs: Number.NaN }]);
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
      { at: 200_000, id: "20", parent: "10", name: "b", parentCreatedMs: 20 },
    ];
    expect(parents(events)).toEqual([-1, -1, 0]);
  });

  test("GUIDs win over ids, and a circle of them is cut once", () => {
    const events = [
      { at: 0, id: "10", parent: "20", name: "a", guid: "A", parentGuid: "B" },
      { at: 5, id: "20", parent: "10", name: "b", guid: "B", parentGuid: "A" },
    ];
    const links = linkProcesses(tableOf(events));
    expect(links.cycles).toHaveLength(1);
    expect([...links.parent].filter(p => p === -1)).toHaveLength(1);
  });

  test("rows that are alike but for their texts are found, and repeated ones are nobody's parent", () => {
    const event = { at: 7, id: "10", parent: "", name: "a" };
    const table = tableOf([event, event, { ...event, name: "b" }, { at: 8, id: "11", parent: "10", name: "c" }]);
    expect(findLookalikes(table)).toEqual([[0, 1]]);
    const links = linkProcesses(table, [1]);
    expect([...links.duplicate]).toEqual([0, 1, 0, 0]);
    expect(links.parent[3]).toBe(2);
  });

  test("a grandparent that is told stands above a parent that is not in the data", () => {
    const event = { at: 7, id: "10", parent: "5", name: "a", grandparent: "4" };
    const links = linkProcesses(tableOf([event, { ...event, at: 9, id: "11" }]));
    expect([...links.parent]).toEqual([2, 2, 3, -1]);
    expect(links.ghosts.map(g => g.as)).toEqual(["parent", "grandparent"]);
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
        const table = tableOf(events);
        const links = linkProcesses(table);
        const forest = orderForest(table, links);
        expect(new Set(forest.order).size).toBe(links.parent.length - links.duplicates);
        forest.parentAt.forEach((above, at) => expect(above).toBeLessThan(at));
      }),
    );
  });
});
