import { expect, test } from "vitest";
import type { HistoryRequest } from "../protocol/message.js";
import { History } from "./history.js";

const history = new History();
["const a = 1", "a + 1", "", "a + 1", "!ls ."].forEach((code, i) => history.add(i + 1, code));
history.setOutput(2, "2");

test.each<[what: string, request: HistoryRequest, lines: number[]]>([
  ["the last two", { hist_access_type: "tail", n: 2 }, [4, 5]],
  ["none", { hist_access_type: "tail", n: 0 }, []],
  ["a range, its end left out", { hist_access_type: "range", session: 0, start: 1, stop: 4 }, [1, 2]],
  ["an open range", { hist_access_type: "range", start: 2 }, [2, 4, 5]],
  ["another session's", { hist_access_type: "range", session: -1, start: 1 }, []],
  ["a pattern", { hist_access_type: "search", pattern: "a*" }, [2, 4]],
  ["a pattern, each input once, the newest", { hist_access_type: "search", pattern: "a*", unique: true }, [4]],
  ["characters that mean something elsewhere", { hist_access_type: "search", pattern: "!ls ." }, [5]],
  ["one character", { hist_access_type: "search", pattern: "? + ?" }, [2, 4]],
  ["the last that fit", { hist_access_type: "search", pattern: "*a*", n: 1 }, [4]],
])("%s", (_, request, lines) => {
  expect(history.find(request).map(h => h[1])).toEqual(lines);
});

test("with outputs, each input comes as a pair", () => {
  expect(history.find({ hist_access_type: "range", start: 1, stop: 3, output: true })).toEqual([
    [0, 1, ["const a = 1", null]],
    [0, 2, ["a + 1", "2"]],
  ]);
});
