/** How large a tenant is: more rows mean more people, machines and activity, never more story. */
import { HuntError } from "../../base/error.js";
import type { WorldSize } from "./world/world.js";

export const rowSizes = { small: 300_000, "1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000 } as const;
export type RowSize = keyof typeof rowSizes | number;

/** Rows that no size changes (story, service accounts, replication), and rows per unit of growth that come with hosts. */
const constantRows = 45_000;
const rowsPerGrowth = 57_000;
/** Rows that activity 1 writes: by servers, whose number is fixed, and by people and their machines. Measured. */
const rowsByServers = 35_700;
const rowsByPeople = 223_300;

/** Leases of a site are unique up to this many workstations. */
const mostWorkstations = 7900;

export interface TenantPlan {
  readonly rows: number;
  readonly world: WorldSize;
}

/**
 * Plans a tenant of about `rows` rows.
 *
 * The story and the traps are never thinned: fewer than about 100,000 rows give those and a quiet company, about 75,000 rows.
 * @throws HuntError `contoso/rows` for anything but a size's name or a whole number from 1,000 to 1,000,000,000
 */
export function planTenant(size: RowSize): TenantPlan {
  const rows = typeof size === "number" ? size : (rowSizes as Readonly<Record<string, number>>)[size];
  if (rows === undefined || !Number.isSafeInteger(rows) || rows < 1000 || rows > 1_000_000_000)
    throw new HuntError("contoso/rows", `cannot generate '${String(size)}' rows`, {
      hint: `use ${Object.keys(rowSizes).join(", ")} or a whole number from 1,000 to 1,000,000,000`,
    });
  const growth = Math.max(1, (rows / rowSizes.small) ** 0.6);
  const activity = (rows - constantRows - rowsPerGrowth * growth) / (rowsByServers + rowsByPeople * growth);
  const workstations = Math.round(400 * (rows < rowSizes.small ? Math.max(0.5, rows / rowSizes.small) : growth));
  return {
    rows,
    world: {
      people: Math.round(600 * growth),
      workstations: Math.min(mostWorkstations, workstations),
      internetSites: Math.round(20_000 * growth),
      activity: Math.max(0.02, activity),
      telemetryHosts: rows < 100_000 ? 3 : Math.round(Math.min(60, 10 * growth)),
    },
  };
}

/** Rows of an average day of the fortnight. */
export const rowsPerDayOf = (plan: TenantPlan): number => plan.rows / 14;
