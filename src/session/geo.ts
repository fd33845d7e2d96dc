/** Places of addresses for hunts: of the current session. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { homedir } from "node:os";
import { HuntError, isHuntError, messageOf } from "../base/error.js";
import type { IpLocation, LocateIp } from "../base/port.js";
import { Entity } from "../entity/entity.js";
import type { Frame } from "../frame/frame.js";
import { downloadGeoLite, hasDatabase, staleAfterMs } from "../enrich/geo/maxmind.js";
import { openMmdbSource } from "../enrich/geo/mmdb.js";
import { installPack } from "../enrich/geo/install-pack.js";
import { askIpStack } from "../enrich/geo/ipstack.js";
import { addPlaces, type GeoFrameOptions } from "../enrich/geo/frame.js";
import {
  addressesOf,
  geoDistance,
  locate,
  locateAll,
  toIpEntity,
  toPlace,
  whyUnknown,
  type GeoInput,
  type GeoPart,
  type GeoRecord,
  type GeoSource,
} from "../enrich/geo/lookup.js";
import { GeoPack } from "../enrich/geo/pack.js";
import { packSource } from "../enrich/geo/pack-source.js";
import type { KqlHost } from "../kql/api.js";
import { parseRange, parseV4Number } from "../base/ip-address.js";
import type { Site, SiteIndex } from "../workspace/sites/sites.js";
import { currentSession } from "./ambient.js";
import { answersOf } from "./answers.js";
import type { Session } from "./session.js";

/** A place that is not known, and why. */
export interface UnknownPlace {
  readonly ip: string;
  readonly unknown: string;
}

/** The package's root, from sources and from the built package alike. */
const packageRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Makes the pack before it is needed, so that nothing has to be fetched later. @throws HuntError `geo/no-pack` */
export async function preparePlaces(
  dataDir: string,
  say: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await installPack({ file: packFile(dataDir), root: packageRoot, isOffline: false, say, signal });
}

const packFile = (dataDir: string): string => join(dataDir, "geo/places-1.pack");

/** The pack of the session; made on first use. */
export function sessionPack(session: Session, root = packageRoot): Promise<GeoPack> {
  return session.shared("geo-pack", async () => {
    const file = await installPack({
      file: packFile(session.dataDir),
      root,
      isOffline: session.offline,
      say: message => session.notify({ code: "geo/first-use", message }),
    });
    const pack = GeoPack.open(file);
    return { value: pack, close: () => pack.close() };
  });
}

/** A pack at a path; the same one again for the same path. @throws HuntError `geo/bad-database`, `geo/bad-pack` */
function packAt(session: Session, path: string): Promise<GeoPack> {
  return session.shared(`geo-pack ${path}`, async () => {
    try {
      const pack = GeoPack.open(path);
      return { value: pack, close: () => pack.close() };
    } catch (cause) {
      if (isHuntError(cause)) throw cause;
      throw new HuntError("geo/bad-database", `the pack '${path}' cannot be read: ${messageOf(cause)}`, {
        cause,
        hint: "check the path",
      });
    }
  });
}

/** The sites file of the session's default workspace, when it is a local one. */
async function siteSources(session: Session): Promise<readonly GeoSource[]> {
  const config = session.workspaceConfig();
  if (config.place.kind === "sentinel") return [];
  // A look-up of an address does not make the demo: without a workspace there is no sites file yet.
  if (config.place.kind === "contoso" && !session.hasDemo) return [];
  const { sites } = await session.workspace(config);
  if (sites === undefined || sites.sites.length === 0) return [];
  const find = flatten(sites);
  const parts = new Map(sites.sites.map(s => [s, toPlace("sites", sitePart(s))] as const));
  return [
    {
      name: "sites",
      find: ip => {
        const found = find(ip);
        return found === undefined ? undefined : (parts.get(found) ?? sitePart(found));
      },
    },
  ];
}

function sitePart(found: Site): GeoPart {
  const { country = "", state = "", city = "", latitude, longitude, asn, owner = "", site } = found;
  return {
    ...{ countryCode: country, state, city, asName: owner, site },
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
    ...(asn === undefined ? {} : { asn }),
  };
}

/** The sites of IPv4 addresses as pieces between which nothing changes: found by number, without looking at every prefix. */
function flatten(index: SiteIndex): (ip: string) => Site | undefined {
  const edges = new Set([0]);
  for (const range of index.sites.flatMap(s => s.cidrs.map(parseRange)))
    if (range?.bits === 32) {
      edges.add(Number(range.value));
      edges.add(Number(range.value) + 2 ** (32 - range.prefix));
    }
  const starts = [...edges].sort((a, b) => a - b).filter(n => n < 2 ** 32);
  const dotted = (n: number): string => [24, 16, 8, 0].map(shift => Math.floor(n / 2 ** shift) % 256).join(".");
  const sites = starts.map(start => index.find(dotted(start)));
  return ip => {
    const value = parseV4Number(ip);
    if (value === undefined) return index.find(ip);
    let [from, to] = [0, starts.length - 1];
    while (from <= to) {
      const middle = (from + to) >>> 1;
      if ((starts[middle] ?? 0) > value) to = middle - 1;
      else from = middle + 1;
    }
    return sites[to];
  };
}

export interface GeoLiteSettings {
  /** A database of one's own (`.mmdb`), asked before the built-in one; or a pack (`places-1.pack` of another machine) instead of it. */
  readonly dbPath?: string;
  /** Folder for MaxMind's database; default `OtherProviders.GeoIPLite.Args.DBFolder`, else `~/.msticpy`. */
  readonly dbFolder?: string;
  /** Download MaxMind's database when it is older than 30 days and an account is configured. Default true. */
  readonly autoUpdate?: boolean;
  /** Download it now. */
  readonly forceUpdate?: boolean;
}

const section = ["OtherProviders", "GeoIPLite", "Args"] as const;

/**
 * Places of addresses without an account: the workspace's sites file first, then a database of your own, then the built-in
 * one (DB-IP, CC BY 4.0), which is made on first use.
 *
 * With `OtherProviders.GeoIPLite.Args` (AccountID, AuthKey) MaxMind's GeoLite2-City is downloaded and asked before the built-in.
 */
export class GeoLiteLookup {
  readonly #session = currentSession();
  readonly #settings: GeoLiteSettings;
  #sources: Promise<readonly GeoSource[]> | undefined;
  #hadDemo: boolean | undefined;

  constructor(settings: GeoLiteSettings = {}) {
    this.#settings = settings;
  }

  /** Whose data the built-in answers are; shown wherever they are published. */
  async credit(): Promise<string> {
    return (await sessionPack(this.#session)).header.credit;
  }

  /**
   * Where addresses are: `const [raw, entities] = await geo.lookupIp("85.214.149.236")`, one of each for every address given;
   * what is not known says why. Of a frame: `await geo.lookupIp(frame, { column: "IPAddress" })` gives its rows with
   * CountryCode, CountryOrRegionName, State, City, Longitude, Latitude, Asn, AsName and GeoSource.
   * @throws HuntError `geo/no-pack`, `geo/bad-database`, `geo/no-address`, `transform/unknown-column`
   */
  lookupIp(input: GeoInput): Promise<[raw: (GeoRecord | UnknownPlace)[], entities: Entity<"IpAddress">[]]>;
  lookupIp(input: Frame | PromiseLike<Frame>, options: GeoFrameOptions): Promise<Frame>;
  async lookupIp(
    input: GeoInput | Frame | PromiseLike<Frame>,
    options?: GeoFrameOptions,
  ): Promise<[(GeoRecord | UnknownPlace)[], Entity<"IpAddress">[]] | Frame> {
    const sources = await this.#open();
    if (isGeoInput(input)) {
      const ips = addressesOf(input);
      const found = locateAll(sources, ips);
      return [
        ips.map((ip, i) => found[i] ?? { ip, unknown: whyUnknown(ip) }),
        ips.map((ip, i) => toIpEntity(ip, found[i])),
      ];
    }
    const frame = await input;
    if (options === undefined)
      throw new HuntError("transform/no-column", "no column of addresses was given", {
        hint: 'write { column: "IPAddress" }',
      });
    return addPlaces(await this.#session.store(), frame, sources, options);
  }

  /** As `lookupIp` of a frame; MSTICPy's `df_lookup_ip`. */
  async dfLookupIp(frame: Frame | PromiseLike<Frame>, options: GeoFrameOptions): Promise<Frame> {
    return this.lookupIp(frame, options);
  }

  /** Says for one address where it is, without waiting; for code that asks often. */
  async finder(): Promise<(ip: string) => GeoRecord | undefined> {
    const sources = await this.#open();
    return ip => locate(sources, ip);
  }

  #open(): Promise<readonly GeoSource[]> {
    const { hasDemo } = this.#session;
    if (hasDemo !== this.#hadDemo) this.#sources = undefined;
    this.#hadDemo = hasDemo;
    this.#sources ??= openSources(this.#session, this.#settings);
    this.#sources.catch(() => (this.#sources = undefined));
    return this.#sources;
  }
}

/** What answers for a session: its sites file, a database of the user's, the built-in one. */
async function openSources(
  session: Session,
  settings: GeoLiteSettings,
  root = packageRoot,
): Promise<readonly GeoSource[]> {
  const sites = await siteSources(session);
  // A pack of one's own stands for the built-in one: on machines without a network it may be anywhere.
  if (settings.dbPath?.endsWith(".pack") === true)
    return [...sites, packSource(await packAt(session, settings.dbPath))];
  const own =
    settings.dbPath === undefined ? await maxMindSources(session, settings) : [openMmdbSource(settings.dbPath)];
  try {
    return [...sites, ...own, packSource(await sessionPack(session, root))];
  } catch (error) {
    // With a database of one's own the built-in one is not needed.
    if (own.length > 0) return [...sites, ...own];
    throw error;
  }
}

/** MaxMind's database, when it is there or an account is configured. A failed download leaves the old one in use, and says so. */
async function maxMindSources(session: Session, settings: GeoLiteSettings): Promise<readonly GeoSource[]> {
  const { config } = session;
  const folder =
    settings.dbFolder ??
    config.text([...section, "DBFolder"]) ??
    config.text(["OtherProviders", "GeoIPLite", "DBFolder"]);
  const path = join((folder ?? "~/.msticpy").replace(/^~(?=$|[\\/])/, homedir()), "GeoLite2-City.mmdb");
  const { autoUpdate = true, forceUpdate = false } = settings;
  let source = hasDatabase(path) && !forceUpdate ? openMmdbSource(path) : undefined;
  const isStale = source === undefined || Date.now() - source.builtAtMs > staleAfterMs;
  if (
    config.has([...section, "AuthKey"]) &&
    config.has([...section, "AccountID"]) &&
    isStale &&
    (autoUpdate || forceUpdate)
  ) {
    try {
      const [key, account] = [
        await config.fetchSecret([...section, "AuthKey"]),
        config.find([...section, "AccountID"]),
      ];
      const accountId =
        config.text([...section, "AccountID"]) ??
        (account === undefined ? undefined : (await config.fetchSecret([...section, "AccountID"]))?.reveal());
      if (key === undefined || accountId === undefined) throw new Error("AccountID or AuthKey is empty");
      await downloadGeoLite(session.http, { accountId, key }, path);
      source = openMmdbSource(path);
    } catch (error) {
      const age =
        source === undefined
          ? "the built-in database is used"
          : `the one of ${new Date(source.builtAtMs).toISOString().slice(0, 10)} is used`;
      session.notify({
        code: "geo/download",
        message: `MaxMind's database was not updated (${error instanceof Error ? error.message : ""}); ${age}`,
      });
    }
  }
  return source === undefined ? [] : [source];
}

/** Addresses whose answers are remembered for KQL: logs repeat a few. Emptied when full. */
const rememberedAddresses = 50_000;

/** What `geo_info_from_ip_address()` asks: the sources of GeoLiteLookup, opened by the first query that needs them. */
export class KqlPlaces implements KqlHost {
  readonly #session: Session;
  readonly #root: string;
  readonly #seen = new Map<string, IpLocation | undefined>();
  #sources: Promise<readonly GeoSource[]> | undefined;
  #hadDemo: boolean | undefined;
  #opened: readonly GeoSource[] = [];

  constructor(session: Session, root = packageRoot) {
    this.#session = session;
    this.#root = root;
  }

  /** @throws HuntError `geo/no-pack`, `geo/bad-database` */
  async open(): Promise<void> {
    const { hasDemo } = this.#session;
    if (hasDemo !== this.#hadDemo) {
      this.#sources = undefined;
      this.#seen.clear();
    }
    this.#hadDemo = hasDemo;
    // A query that only reads waits for no download: GeoLiteLookup updates databases.
    this.#sources ??= openSources(this.#session, { autoUpdate: false }, this.#root);
    this.#sources.catch(() => (this.#sources = undefined));
    this.#opened = await this.#sources;
  }

  readonly locateIp: LocateIp = ip => {
    if (this.#seen.has(ip)) return this.#seen.get(ip);
    const found = toIpLocation(locate(this.#opened, ip));
    if (this.#seen.size >= rememberedAddresses) this.#seen.clear();
    this.#seen.set(ip, found);
    return found;
  };
}

function toIpLocation(record: GeoRecord | undefined): IpLocation | undefined {
  if (record === undefined) return undefined;
  const { country, state, city, latitude, longitude } = record;
  const hasPlace = country !== "" || state !== "" || city !== "" || latitude !== undefined;
  if (!hasPlace) return undefined;
  const point = latitude === undefined || longitude === undefined ? {} : { latitude, longitude };
  return {
    ...(country === "" ? {} : { country }),
    ...(state === "" ? {} : { state }),
    ...(city === "" ? {} : { city }),
    ...point,
  };
}

/** Places from IPStack (`OtherProviders.IPStack.Args.AuthKey`). Public addresses only; answers are kept for a week. */
export class IPStackLookup {
  readonly #session = currentSession();
  readonly #baseUrl: string | undefined;

  constructor(settings: { readonly baseUrl?: string } = {}) {
    this.#baseUrl = settings.baseUrl;
  }

  /**
   * As `GeoLiteLookup.lookupIp`, one request for each address.
   * @throws HuntError `config/missing` without a key, `geo/refused`, `geo/service`, `net/…`
   */
  async lookupIp(input: GeoInput): Promise<[raw: (GeoRecord | UnknownPlace)[], entities: Entity<"IpAddress">[]]> {
    const session = this.#session;
    const path = ["OtherProviders", "IPStack", "Args", "AuthKey"];
    const key = await session.config.fetchSecret(path);
    if (key === undefined)
      throw new HuntError("config/missing", "OtherProviders.IPStack.Args.AuthKey is not set", {
        hint: "add it to msticpyconfig.yaml",
      });
    const answers = answersOf(session, "IPStack");
    const rules = { internalDomains: session.config.internalDomains };
    const base = this.#baseUrl === undefined ? {} : { baseUrl: this.#baseUrl };
    const raw: (GeoRecord | UnknownPlace)[] = [];
    const entities: Entity<"IpAddress">[] = [];
    for (const ip of addressesOf(input)) {
      const record = await askIpStack({ client: session.http, key, rules, answers, ...base }, ip);
      raw.push(record ?? { ip, unknown: "not known" });
      entities.push(toIpEntity(ip, record));
    }
    return [raw, entities];
  }
}

function isGeoInput(input: GeoInput | Frame | PromiseLike<Frame>): input is GeoInput {
  return typeof input === "string" || Array.isArray(input) || input instanceof Entity;
}

export { geoDistance };
