/** Puts the pack into the user's data folder: from the package, or built in a clone. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { HuntError } from "../../base/error.js";
import { installPackages } from "../../net/npm-ci.js";
import { buildPack } from "./pack-build.js";
import { decompressPack } from "./pack-write.js";

export interface PackPlaces {
  /** Where the pack is put. */
  readonly file: string;
  /** The package's root: holds `geo/`. */
  readonly root: string;
  readonly isOffline: boolean;
  /** Told what is done before it is done: the first use takes a while. */
  readonly say: (message: string) => void;
  readonly signal?: AbortSignal;
}

function write(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

const databasesIn = (root: string): string => join(root, "geo/node_modules/@ip-location-db");

/**
 * Installs the two databases (84 MB) into `geo/` of a clone, when they are not there. @returns their folder
 * @throws Error with npm's words
 */
export async function installDatabases(root: string, say: PackPlaces["say"], signal?: AbortSignal): Promise<string> {
  const databases = databasesIn(root);
  if (existsSync(databases)) return databases;
  say("first use: installing the databases of places and networks (84 MB) into geo/");
  const problem = await installPackages(join(root, "geo"), signal);
  if (problem !== undefined) throw new Error(problem);
  return databases;
}

/**
 * Makes sure that the pack is there and gives its path. In a clone the first use installs two databases (84 MB) into `geo/`
 * and builds the pack, which takes about 20 seconds; the published package brings it along.
 * @throws HuntError `geo/no-pack` when it can neither be unpacked nor built
 */
export async function installPack({ file, root, isOffline, say, signal }: PackPlaces): Promise<string> {
  if (existsSync(file)) return file;
  const packed = join(root, "geo/geo.pack.br");
  if (existsSync(packed)) {
    say("unpacking the places of addresses, once");
    write(file, decompressPack(readFileSync(packed)));
    return file;
  }
  const hint = "run `npm ci` in the folder geo/ with a network, or give a database: new GeoLiteLookup({ dbPath })";
  if (!existsSync(join(root, "geo/package.json")))
    throw new HuntError("geo/no-pack", "this installation has no places of addresses", { hint });
  try {
    if (isOffline && !existsSync(databasesIn(root))) throw new Error("this session is offline");
    const databases = await installDatabases(root, say, signal);
    say("first use: building the pack of places and networks, about 20 seconds");
    write(file, await buildPack(databases));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HuntError("geo/no-pack", `the places of addresses could not be made: ${why}`, { cause, hint });
  }
  return file;
}
