/** The small files beside the tables: the sites file and the watchlists. */
import { formatSites } from "../sites/sites.js";
import type { WatchlistTable } from "./story/intelligence.js";
import type { AddressBlock } from "./world/site.js";

/** The sites file: where addresses are, for everything that asks before GeoIP does. */
export function contosoSites(blocks: readonly AddressBlock[]): string {
  return formatSites(
    blocks.map(b => ({
      ...{ cidrs: [b.cidr], site: b.owner, city: b.city, country: b.countryCode },
      ...{ latitude: b.latitude, longitude: b.longitude, owner: b.owner },
    })),
  );
}

/** RFC 4180; every field is quoted. */
export function watchlistCsv(list: WatchlistTable): string {
  const columns = [...new Set(list.items.flatMap(item => Object.keys(item)))];
  const line = (fields: readonly string[]): string => fields.map(f => `"${f.replaceAll('"', '""')}"`).join(",");
  return [line(columns), ...list.items.map(item => line(columns.map(c => item[c] ?? "")))]
    .map(l => `${l}\r\n`)
    .join("");
}
