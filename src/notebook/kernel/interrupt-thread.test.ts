import { describe, expect, test } from "vitest";
import { mayEnd } from "./interrupt-thread.js";

const cell = "huntbook-cell-7.ts";
const kernel = new URL("./evaluator.js", import.meta.url).href;
const theirs = "file:///hunts/helpers.ts";

describe("what an interrupt ends, by the scripts that are running and by how often it was asked", () => {
  test.each<[string, readonly string[], readonly boolean[]]>([
    ["a cell, also inside of our library", [kernel, "node:events", cell], [true, true, true, true]],
    ["modules that cells have imported", [theirs, "node:internal/timers"], [false, true, true, true]],
    ["the kernel's own code alone", [kernel, "node:internal/process/task_queues", ""], [false, false, false, true]],
    ["nothing that is known", [], [false, false, false, true]],
  ])("%s", (_what, urls, ends) => {
    expect([0, 1, 2, 3].map(count => mayEnd(urls, count))).toEqual(ends);
  });
});
