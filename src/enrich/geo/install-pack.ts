/** Puts the pack into the user's data folder: from the package, or built in a clone. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { HuntError } from "../../base/error.js";
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

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await new Promise<void>((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
      shell: process.platform === "win32",
    });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said = `${said}${data.toString()}`.slice(-2000)));
    child.on("error", fail);
    child.on("exit", code =>
      code === 0 ? done() : fail(new Error(`npm ended with ${code}: ${said.trim().split("\n").at(-1) ?? ""}`)),
    );
  });
}

/**
 * Makes sure that the pack is there and gives its path. In a clone the first use installs two databases (84 MB) into `geo/`
 * and builds the pack, which takes about 20 seconds; the published package brings it along.
 * @throws HuntError `geo/no-pack` when it can neither be unpacked nor built
 */
export async function installPack({ file, root, isOffline, say }: PackPlaces): Promise<string> {
  if (existsSync(file)) return file;
  const packed = join(root, "geo/geo.pack.br");
  if (existsSync(packed)) {
    say("unpacking the places of addresses, once");
    write(file, decompressPack(readFileSync(packed)));
    return file;
  }
  const folder = join(root, "geo");
  const databases = join(folder, "node_modules/@ip-location-db");
  const hint = "run `npm ci` in the folder geo/ with a network, or give a database: new GeoLiteLookup({ dbPath })";
  if (!existsSync(join(folder, "package.json")))
    throw new HuntError("geo/no-pack", "this installation has no places of addresses", { hint });
  try {
    if (!existsSync(databases)) {
      if (isOffline) throw new Error("this session is offline");
      say("first use: installing the databases of places and networks (84 MB) into geo/");
      await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
    }
    say("first use: building the pack of places and networks, about 20 seconds");
    write(file, await buildPack(databases));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HuntError("geo/no-pack", `the places of addresses could not be made: ${why}`, { cause, hint });
  }
  return file;
}
