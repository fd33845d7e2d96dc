/** A pack of a few well-known addresses, for tests and for examples in the documentation: no database is needed. */
import { parseRange } from "../../base/ip-address.js";
import { PackWriter, type Network, type Place } from "./pack-write.js";

type Row = readonly [cidr: string, place: Place | undefined, network: Network | undefined];

const place = (country: string, state: string, city: string, at: readonly [number, number]): Place => ({
  ...{ country, state, city, latitude: at[0], longitude: at[1] },
});

const rows: readonly Row[] = [
  ["1.1.1.0/24", undefined, { asn: 13335, name: "Cloudflare, Inc." }],
  ["8.8.8.0/24", place("US", "California", "Mountain View", [37.422, -122.085]), { asn: 15169, name: "Google LLC" }],
  ["85.214.149.0/24", place("DE", "State of Berlin", "Berlin", [52.5234, 13.3224]), { asn: 6724, name: "Strato AG" }],
  [
    "185.220.101.0/24",
    place("DE", "State of Berlin", "Berlin", [52.52, 13.405]),
    { asn: 60729, name: "Stiftung Erneuerbare Freiheit" },
  ],
  [
    "2606:4700:4700::/48",
    place("CA", "Quebec", "Montreal", [45.5019, -73.5674]),
    { asn: 13335, name: "Cloudflare, Inc." },
  ],
];

export function smallPack(): Buffer {
  const writer = new PackWriter();
  for (const [cidr, where, network] of rows) {
    const range = parseRange(cidr);
    if (range === undefined) throw new Error(`'${cidr}' is no range`);
    const is4 = range.bits === 32;
    const [start, size] = is4
      ? [range.value, 1n << BigInt(32 - range.prefix)]
      : [range.value >> 64n, 1n << BigInt(64 - range.prefix)];
    for (const [kind, id] of [
      [is4 ? "p4" : "p6", writer.place(where)],
      [is4 ? "a4" : "a6", writer.network(network)],
    ] as const) {
      writer.range(kind, start, id);
      writer.range(kind, start + size, 0);
    }
  }
  return writer.finish({ builtAt: "2026-06-05T00:00:00.000Z", credit: "a few addresses for tests" });
}
