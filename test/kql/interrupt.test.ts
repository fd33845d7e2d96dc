/** A cancelled query ends at once, whatever it was doing; DuckDB cannot be interrupted inside of one call of a function. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Frame } from "../../src/frame/frame.js";
import { FrameStore } from "../../src/frame/store.js";
import { compiled } from "./harness.js";
import { installPrelude, registerUdfs } from "../../src/frame/udf-host.js";

let store: FrameStore;

beforeAll(async () => {
  store = await FrameStore.open({ prepare: [registerUdfs, installPrelude] });
}, 60_000);
afterAll(async () => {
  await store.close();
});

const run = (text: string, signal?: AbortSignal): Promise<Frame> =>
  store.execute(compiled(text), { source: "test", ...(signal === undefined ? {} : { signal }) });

const rows = (count: number): string =>
  `range i from 1 to ${count} step 1 | extend T = datetime(2024-01-01) + i * 1s, G = tostring(i % 7), V = sin(toreal(i))`;
/** Each of them would take a minute and more. */
const endless: readonly (readonly [what: string, text: string])[] = [
  ["scan", `${rows(30_000)} | sort by i asc | scan declare (C: long = 0) with (step s: true => C = s.C + 1;) | count`],
  [
    "scan in each part",
    `${rows(60_000)} | partition hint.strategy=native by G (sort by i asc | scan declare (C: long = 0) with (step s: true => C = s.C + 1;)) | count`,
  ],
  [
    "mv-apply",
    `${rows(20_000_000)} | extend A = range(1, 400) | mv-apply X = A on (summarize S = sum(tolong(X) * i)) | count`,
  ],
  [
    "row_window_session",
    `${rows(80_000_000)} | sort by V asc, i asc | extend S = row_window_session(T, 1h, 5m) | count`,
  ],
  [
    "make-series",
    `${rows(300_000_000)} | make-series C = count() on T from datetime(2024-01-01) to datetime(2024-12-31) step 1m by G`,
  ],
  [
    "a join of all with all",
    `${rows(3_000_000)} | extend K = 1 | join kind=inner (${rows(3_000_000)} | extend K = 1) on K | count`,
  ],
  ["a JavaScript function", `${rows(80_000_000)} | where parse_xml(strcat('<a>', i, '</a>')).a == 'x' | count`],
];

test.each(endless)(
  "%s is interrupted",
  async (_what, text) => {
    const stop = new AbortController();
    let stoppedMs = 0;
    setTimeout(() => {
      stoppedMs = performance.now();
      stop.abort();
    }, 800);
    const error: unknown = await run(text, stop.signal).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "query/cancelled" });
    expect(stoppedMs).toBeGreaterThan(0);
    // A second on a machine with nothing else to do.
    expect(performance.now() - stoppedMs).toBeLessThan(8_000);
    // The connection is free again.
    expect(await (await run("print X = 1")).rows()).toEqual([{ X: 1 }]);
  },
  60_000,
);
