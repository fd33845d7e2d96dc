/** `row_window_session` over the times of all rows of a group, in order. */
import type { KqlUdf } from "../../api.js";
import { strict } from "./define.js";

/** `[1,null,2]` → its integers, exactly: microseconds may be larger than what JavaScript's numbers hold. */
function integers(json: string): readonly (bigint | undefined)[] {
  const inner = json.slice(1, -1).trim();
  return inner === "" ? [] : inner.split(",").map(t => (t.trim() === "null" ? undefined : BigInt(t.trim())));
}

/**
 * The start of each row's session; null for rows without a time.
 * Source: https://learn.microsoft.com/kusto/query/row-window-session-function
 */
export function sessionStarts(
  times: readonly (bigint | undefined)[],
  restarts: readonly boolean[],
  limits: { readonly fromFirst: bigint; readonly between: bigint },
): readonly (bigint | undefined)[] {
  let start: bigint | undefined;
  let previous: bigint | undefined;
  return times.map((time, i) => {
    const isNew =
      start === undefined ||
      previous === undefined ||
      restarts[i] === true ||
      time === undefined ||
      time >= start + limits.fromFirst ||
      time >= previous + limits.between;
    if (isNew) start = time;
    previous = time;
    return start;
  });
}

export const sessionUdfs: readonly KqlUdf[] = [
  strict(
    "ku_row_sessions",
    ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT"],
    "VARCHAR",
    (times, restarts, fromFirst, between) => {
      const flags = JSON.parse(restarts) as readonly boolean[];
      const starts = sessionStarts(integers(times), flags, { fromFirst, between });
      return `[${starts.map(s => s ?? "null").join(",")}]`;
    },
  ),
];
