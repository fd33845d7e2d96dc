/** The two sensor gaps: rows in them happen, and no sensor delivers them. */
import type { Calendar } from "./calendar.js";
import type { Row } from "./recorder.js";
import { gapsOf } from "./story/cast.js";
import { gapIds } from "./story/key-traps.js";
import type { ContosoTable } from "./table-schema.js";
import { cast } from "./world/person.js";

export interface Losses {
  readonly isLost: (table: ContosoTable, timeUs: number, parts: readonly Row[]) => boolean;
  /** Gap → rows that happened and were not recorded. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Tells which rows fall into a gap, and counts them. */
export function createLosses(calendar: Calendar): Losses {
  const missing = new Map<string, number>([
    [gapIds.desk, 0],
    [gapIds.proxy, 0],
  ]);
  const gaps = gapsOf({ calendar });
  const deskName = `wks-${String(cast.marc + 1).padStart(4, "0")}.contoso.example`;
  const lose = (id: string): true => {
    missing.set(id, missing.get(id)! + 1);
    return true;
  };
  const isLost: Losses["isLost"] = (table, timeUs, parts) => {
    if (table === "CommonSecurityLog")
      return timeUs >= gaps.proxy[0] && timeUs < gaps.proxy[1] && nameOf(parts) === "prx-gru-01" && lose(gapIds.proxy);
    if (timeUs < gaps.desk[0] || timeUs >= gaps.desk[1]) return false;
    const ofAgent = table.startsWith("Device") || table === "SecurityEvent" || table === "Event";
    return ofAgent && nameOf(parts).toLowerCase() === deskName && lose(gapIds.desk);
  };
  return { isLost, missing };
}

function nameOf(parts: readonly Row[]): string {
  for (const row of parts) {
    const name = row["DeviceName"] ?? row["Computer"];
    if (typeof name === "string") return name;
  }
  return "";
}
