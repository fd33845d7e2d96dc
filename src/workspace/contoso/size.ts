/** How large a tenant is: more rows mean more people, machines and activity, never more story. */
import { HuntError } from "../../base/error.js";
import type { WorldSize } from "./world/world.js";

export const rowSizes = { small: 300_000, "1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000 } as const;
export type RowSize = keyof typeof rowSizes | number;

/** What the story, the traps and everything else that does not shrink take. */
export const fixedRows = 62_000;

/** Leases of a site are unique up to this many workstations. */
const mostWorkstations = 7900;

export interface TenantPlan {
  readonly rows: number;
  readonly world: WorldSize;
  /** Days per slice: one Parquet file per table and slice. */
  readonly daysPerSlice: number;
}

/**
 * Plans a tenant of about `rows` rows.
 *
 * The story and the traps take about 62,000 rows and are never thinned: a smaller number gives those and a quiet company.
 * @throws HuntError `contoso/rows` for anything but a size's name or a whole number from 1,000 to 1,000,000,000
 */
export function planTenant(size: RowSize): TenantPlan {
  const rows = typeof size === "number" ? size : (rowSizes as Readonly<Record<string, number>>)[size];
  if (rows === undefined || !Number.isSafeInteger(rows) || rows < 1000 || rows > 1_000_000_000)
    throw new HuntError("contoso/rows", `cannot generate '${String(size)}' rows`, {
      hint: `use ${Object.keys(rowSizes).join(", ")} or a whole number from 1,000 to 1,000,000,000`,
    });
  const scale = Math.max(0.02, (rows - fixedRows) / (rowSizes.small - fixedRows));
  const growth = Math.max(1, scale) ** 0.6;
  const people = Math.round(600 * growth);
  return {
    rows,
    world: {
      people,
      workstations: Math.min(mostWorkstations, Math.round(400 * growth)),
      internetSites: Math.round(20_000 * growth),
      activity: scale / growth,
      telemetryHosts: Math.round(Math.min(60, 10 * Math.max(0.3, growth))),
    },
    daysPerSlice: rows <= 400_000 ? 14 : rows <= 2_000_000 ? 7 : 1,
  };
}
