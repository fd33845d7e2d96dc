/** `sites.yaml`: which addresses are where and whose. It answers before any GeoIP database does. */
import { readFile } from "node:fs/promises";
import { LineCounter, isMap, isScalar, isSeq, parseDocument, stringify } from "yaml";
import type { Node } from "yaml";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import { errorCode } from "../storage/files.js";
import { networkOf, parseAddress, parseRange } from "../../base/ip-address.js";
import type { Address, AddressRange } from "../../base/ip-address.js";

/** A place or owner of addresses. Coordinates in degrees, north and east positive. */
export interface Site {
  readonly cidrs: readonly string[];
  readonly site: string;
  readonly city?: string;
  /** First subdivision of the country. */
  readonly state?: string;
  /** ISO 3166-1 alpha-2 code. */
  readonly country?: string;
  readonly countryName?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly owner?: string;
  /** Number of the autonomous system. */
  readonly asn?: number;
  /** What the addresses are for: `internal`, `egress`, `home`, … A word for people; nothing depends on it. */
  readonly kind?: string;
}

/** Finds the site with the longest matching prefix. */
export interface SiteIndex {
  readonly sites: readonly Site[];
  /** @returns undefined when no site has the address, or the text is none */
  find(address: string): Site | undefined;
}

/**
 * Reads a sites file; without the file there are no sites.
 *
 * @throws HuntError `workspace/invalid-sites` with the positions of all problems
 */
export async function loadSites(path: string): Promise<SiteIndex> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return createSiteIndex([]);
    throw error;
  }
  return createSiteIndex(parseSites(text, path));
}

/** A sites file's text. */
export function formatSites(sites: readonly Site[]): string {
  const entries = sites.map(({ cidrs, ...rest }) => ({ cidr: cidrs.length === 1 ? cidrs[0] : cidrs, ...rest }));
  return "# Which addresses are where and whose; the longest prefix wins.\n" + stringify({ sites: entries });
}

/** Builds the lookup: one table per prefix length, longest first. */
export function createSiteIndex(sites: readonly Site[]): SiteIndex {
  const byLength = new Map<string, { readonly range: AddressRange; readonly networks: Map<bigint, Site> }>();
  for (const site of sites)
    for (const cidr of site.cidrs) {
      const range = parseRange(cidr);
      if (range === undefined) throw new HuntError("workspace/invalid-sites", `'${cidr}' is not a CIDR range`);
      const key = `${range.bits}/${range.prefix}`;
      const level = byLength.get(key) ?? { range, networks: new Map<bigint, Site>() };
      if (!level.networks.has(range.value)) level.networks.set(range.value, site);
      byLength.set(key, level);
    }
  const levels = [...byLength.values()].sort((a, b) => b.range.prefix - a.range.prefix);
  const search = (address: Address): Site | undefined => {
    for (const { range, networks } of levels) {
      if (range.bits !== address.bits) continue;
      const found = networks.get(networkOf(address, range.prefix));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    sites,
    find: text => {
      const address = parseAddress(text);
      return address === undefined ? undefined : search(address);
    },
  };
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** Parses a sites file. `path` is for messages. */
export function parseSites(text: string, path: string): readonly Site[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const problems: Problem[] = document.errors.map(e => ({ offset: e.pos[0], message: e.message.split("\n")[0] ?? "" }));
  const sites = problems.length > 0 || document.contents === null ? [] : readRoot(document.contents, problems);
  if (problems.length === 0) return sites;
  problems.sort((a, b) => a.offset - b.offset);
  const positions = problems.map(p => lines.linePos(p.offset));
  const shown = problems.map((p, i) => `${path}:${positions[i]?.line ?? 1}:${positions[i]?.col ?? 1}: ${p.message}`);
  const more = shown.length > maxProblems ? [`… and ${shown.length - maxProblems} more`] : [];
  throw new HuntError("workspace/invalid-sites", [...shown.slice(0, maxProblems), ...more].join("\n"), {
    where: `${path}:${positions[0]?.line ?? 1}:${positions[0]?.col ?? 1}`,
    hint: "each site needs a cidr and a name: - { cidr: 10.1.0.0/16, site: Dublin, country: IE }",
  });
}

const texts = ["site", "city", "state", "country", "countryName", "owner", "kind"] as const;
/** Numbers and the range they must lie in. */
const numbers = { latitude: [-90, 90], longitude: [-180, 180], asn: [1, 2 ** 32 - 1] } as const;
type TextName = (typeof texts)[number];
type NumberName = keyof typeof numbers;
const numberNames = Object.keys(numbers) as NumberName[];
const settings = ["cidr", ...texts, ...numberNames] as const;
/** More problems than this are counted, not listed. */
const maxProblems = 20;

function readRoot(root: Node, problems: Problem[]): readonly Site[] {
  const report = (node: Node | null | undefined, message: string): void => {
    problems.push({ offset: node?.range?.[0] ?? 0, message });
  };
  if (!isMap(root)) {
    report(root, "must have one member, 'sites'");
    return [];
  }
  const found: Site[] = [];
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (name !== "sites") report(key as Node, `unknown setting '${name}'${didYouMean(name, ["sites"])}`);
    else if (!isSeq(value)) report(value as Node, "'sites' must be a list");
    else
      for (const item of value.items) {
        const site = readSite(item as Node, report);
        if (site !== undefined) found.push(site);
      }
  }
  return found;
}

const isNumberName = (name: string): name is NumberName => (numberNames as string[]).includes(name);

function readSite(node: Node, report: (node: Node | null | undefined, message: string) => void): Site | undefined {
  if (!isMap(node)) {
    report(node, "a site must have members cidr and site");
    return undefined;
  }
  const cidrs: string[] = [];
  const foundTexts: { [K in TextName]?: string } = {};
  const foundNumbers: { [K in NumberName]?: number } = {};
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "";
    const setting = settings.find(s => s === name);
    if (setting === undefined) report(key as Node, `unknown setting '${name}'${didYouMean(name, settings)}`);
    else if (setting === "cidr") {
      for (const item of isSeq(value) ? value.items : [value]) {
        const cidr = isScalar(item) ? String(item.value) : "";
        if (parseRange(cidr) === undefined)
          report(item as Node, `'${cidr}' is not a CIDR range with its host bits zero, such as 10.1.0.0/16`);
        else cidrs.push(cidr);
      }
    } else if (isNumberName(setting)) {
      const [least, most] = numbers[setting];
      const given = isScalar(value) ? value.value : undefined;
      if (typeof given !== "number" || given < least || given > most)
        report(value as Node, `${setting} must be a number from ${least} to ${most}`);
      else foundNumbers[setting] = given;
    } else {
      const text = isScalar(value) ? value.value : undefined;
      if (typeof text === "string" || typeof text === "number") foundTexts[setting] = String(text);
      else report((value ?? key) as Node, `'${setting}' must be a text`);
    }
  }
  const { site, ...rest } = foundTexts;
  if (site === undefined || (cidrs.length === 0 && !node.has("cidr"))) {
    report(node, `a site needs ${site === undefined ? "'site', its name" : "'cidr', its addresses"}`);
    return undefined;
  }
  return { cidrs, site, ...rest, ...foundNumbers };
}
