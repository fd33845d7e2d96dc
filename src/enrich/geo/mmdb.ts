/** A user's own MaxMind DB file (GeoLite2-City, GeoIP2, DB-IP) as a source. */
import { readFileSync } from "node:fs";
import { messageOf, HuntError } from "../../base/error.js";
import { parseAddress } from "../../base/ip-address.js";
import { at, numberAt, textAt } from "../ti/shape.js";
import { openMmdb } from "./mmdb-walk.js";
import type { GeoSource } from "./lookup.js";

/** @throws HuntError `geo/bad-database` when it cannot be read or is no such file */
export function openMmdbSource(path: string): GeoSource & { readonly builtAtMs: number } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new HuntError("geo/bad-database", `the database '${path}' cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "check the path",
    });
  }
  const file = openMmdb(bytes);
  return {
    name: "MaxMind",
    builtAtMs: file.buildEpoch * 1000,
    find: text => {
      const address = parseAddress(text);
      const pointer = address === undefined ? undefined : file.find(address);
      if (pointer === undefined) return undefined;
      const data = file.dataAt(pointer);
      const english = (...path: string[]): string => textAt(data, ...path, "names", "en") ?? "";
      const asn = numberAt(data, "autonomous_system_number");
      return {
        countryCode: textAt(data, "country", "iso_code") ?? textAt(data, "country_code") ?? "",
        state: textAt(at(data, "subdivisions", 0), "names", "en") ?? textAt(data, "state1") ?? "",
        city: english("city") || (textAt(data, "city") ?? ""),
        ...(asn === undefined ? {} : { asn }),
        asName: textAt(data, "autonomous_system_organization") ?? "",
        ...coordinates(
          numberAt(data, "location", "latitude") ?? numberAt(data, "latitude"),
          numberAt(data, "location", "longitude") ?? numberAt(data, "longitude"),
        ),
      };
    },
  };
}

function coordinates(latitude: number | undefined, longitude: number | undefined) {
  return latitude === undefined || longitude === undefined ? {} : { latitude, longitude };
}
