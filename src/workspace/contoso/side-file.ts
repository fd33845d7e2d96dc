/** The small files beside the tables: the sites file and the watchlists. */
import { stringify } from "yaml";
import type { WatchlistTable } from "./story/intelligence.js";
import type { AddressBlock } from "./world/site.js";

/**
 * The sites file: where addresses are, for everything that asks before GeoIP does.
 *
 * Shape: `sites`: a list of { cidr, site, city, state, country (ISO 3166), countryName, latitude, longitude, owner, asn, kind }.
 */
export function sitesYaml(blocks: readonly AddressBlock[]): string {
  const sites = blocks.map(b => ({
    ...{ cidr: b.cidr, site: b.owner, city: b.city, state: b.state, country: b.countryCode, countryName: b.country },
    ...{
      latitude: b.latitude,
      longitude: b.longitude,
      owner: b.owner,
      ...(b.asn === 0 ? {} : { asn: b.asn }),
      kind: b.kind,
    },
  }));
  const head =
    "# Contoso's own map of addresses. The ranges are reserved for documentation and tests everywhere else, and count as\n" +
    "# public here; lookups answer from this file and never leave the machine.\n";
  return head + stringify({ sites }, { lineWidth: 0 });
}

/** RFC 4180; every field is quoted. */
export function watchlistCsv(list: WatchlistTable): string {
  const columns = [...new Set(list.items.flatMap(item => Object.keys(item)))];
  const line = (fields: readonly string[]): string => fields.map(f => `"${f.replaceAll('"', '""')}"`).join(",");
  return [line(columns), ...list.items.map(item => line(columns.map(c => item[c] ?? "")))]
    .map(l => `${l}\r\n`)
    .join("");
}
