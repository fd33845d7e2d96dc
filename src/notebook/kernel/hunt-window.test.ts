import { expect, test } from "vitest";
import { readHuntWindow, toTimeRange } from "./hunt-window.js";

const now = (): number => Date.parse("2026-01-13T18:00:00Z");
const day = 86_400_000;

test("the window is read from the metadata, and nothing else is", () => {
  expect(readHuntWindow({ huntbook: { window: { workspace: "Soc", last: "7d", other: 1, start: 5 } } })).toEqual({
    workspace: "Soc",
    last: "7d",
  });
  expect(readHuntWindow({})).toBeUndefined();
  expect(readHuntWindow({ huntbook: { window: "7d" } })).toBeUndefined();
});

test("a span ends now; instants mean themselves; an open end is now", () => {
  expect(toTimeRange({ last: "7d" }, now)).toEqual({ startMs: now() - 7 * day, endMs: now() });
  expect(toTimeRange({ start: "2026-01-10T00:00:00Z" }, now)).toEqual({
    startMs: Date.parse("2026-01-10T00:00:00Z"),
    endMs: now(),
  });
  expect(toTimeRange({ workspace: "Soc" }, now)).toBeUndefined();
});

test.each([
  [{ last: "soon" }, "'last' is 'soon'"],
  [{ last: "7d", start: "2026-01-10" }, "it has both"],
  [{ end: "2026-01-10" }, "no 'start'"],
  [{ start: "yesterday" }, "'start' is 'yesterday'"],
  [{ start: "2026-01-12", end: "2026-01-11" }, "its end is not after its start"],
])("%j is refused", (window, problem) => {
  expect(() => toTimeRange(window, now)).toThrow(
    expect.objectContaining({ code: "notebook/window", message: expect.stringContaining(problem) as unknown }),
  );
});
