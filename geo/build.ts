/** `npx tsx geo/build.ts OUT`: the compressed pack for the published package. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { buildPack } from "../src/enrich/geo/pack-build.js";
import { compressPack } from "../src/enrich/geo/pack-write.js";

const out = process.argv[2] ?? join(import.meta.dirname, "geo.pack.br");
const pack = await buildPack(join(import.meta.dirname, "node_modules/@ip-location-db"));
const packed = compressPack(pack);
writeFileSync(out, packed);
console.log(`${out}: ${(packed.length / 1e6).toFixed(1)} MB, unpacked ${(pack.length / 1e6).toFixed(1)} MB`);
