/** Sites, address plan and the tenant's own map of addresses that are documentation ranges everywhere else. */

export type SiteId = "SEA" | "DUB" | "OSA" | "GRU";

export interface Place {
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly countryCode: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Site extends Place {
  readonly id: SiteId;
  readonly name: string;
  /** Hours east of UTC. Contoso's story ignores summer time, so that a fortnight is the same in any season. */
  readonly utcOffsetHours: number;
  /** First three octets' second part: clients are in 10.10.(third … third+31).0. */
  readonly third: number;
  readonly egressIp: string;
  readonly proxy: string;
  readonly firewall: string;
  /** Share of people who are not placed by their department. */
  readonly weight: number;
}

const place = (
  city: string,
  state: string,
  country: readonly [string, string],
  at: readonly [number, number],
): Place => ({
  city,
  state,
  country: country[0],
  countryCode: country[1],
  latitude: at[0],
  longitude: at[1],
});

const us = ["United States", "US"] as const;
const ie = ["Ireland", "IE"] as const;
const jp = ["Japan", "JP"] as const;
const br = ["Brazil", "BR"] as const;

export const sites: Readonly<Record<SiteId, Site>> = {
  SEA: {
    ...place("Seattle", "Washington", us, [47.6062, -122.3321]),
    ...{ id: "SEA", name: "Seattle", utcOffsetHours: -8, third: 32, egressIp: "198.18.0.10", weight: 0.4 },
    ...{ proxy: "prx-sea-01", firewall: "fw-sea-01" },
  },
  DUB: {
    ...place("Dublin", "Leinster", ie, [53.3498, -6.2603]),
    ...{ id: "DUB", name: "Dublin", utcOffsetHours: 0, third: 64, egressIp: "198.18.1.10", weight: 0.26 },
    ...{ proxy: "prx-dub-01", firewall: "fw-dub-01" },
  },
  OSA: {
    ...place("Osaka", "Osaka", jp, [34.6937, 135.5023]),
    ...{ id: "OSA", name: "Osaka", utcOffsetHours: 9, third: 96, egressIp: "198.18.2.10", weight: 0.18 },
    ...{ proxy: "prx-osa-01", firewall: "fw-osa-01" },
  },
  GRU: {
    ...place("São Paulo", "São Paulo", br, [-23.5505, -46.6333]),
    ...{ id: "GRU", name: "São Paulo", utcOffsetHours: -3, third: 128, egressIp: "198.18.3.10", weight: 0.16 },
    ...{ proxy: "prx-gru-01", firewall: "fw-gru-01" },
  },
};
export const siteIds = Object.keys(sites) as readonly SiteId[];

/** Where Contoso's own VPN leaves to the Internet; clients on it have addresses from 10.10.160.0/19. */
export const vpnEgressIps = ["198.18.4.10", "198.18.4.11", "198.18.4.12", "198.18.4.13"] as const;

export interface AddressBlock extends Place {
  readonly cidr: string;
  readonly owner: string;
  readonly asn: number;
  readonly kind: "internal" | "egress" | "vpn" | "home" | "cloud" | "internet" | "story";
}

const homes: readonly (readonly [third: number, site: SiteId, owner: string, near: Place])[] = [
  [64, "SEA", "Evergreen Fiber", place("Bellevue", "Washington", us, [47.6101, -122.2015])],
  [72, "SEA", "Sound Cable", place("Tacoma", "Washington", us, [47.2529, -122.4443])],
  [80, "DUB", "Liffey Broadband", place("Dublin", "Leinster", ie, [53.3331, -6.2489])],
  [88, "DUB", "Munster Net", place("Cork", "Munster", ie, [51.8985, -8.4756])],
  [96, "OSA", "Kansai Hikari", place("Kobe", "Hyogo", jp, [34.6901, 135.1956])],
  [104, "OSA", "Naniwa Net", place("Osaka", "Osaka", jp, [34.6851, 135.5136])],
  [112, "GRU", "Paulista Fibra", place("São Paulo", "São Paulo", br, [-23.5614, -46.6559])],
  [120, "GRU", "Litoral Telecom", place("Santos", "São Paulo", br, [-23.9608, -46.3336])],
];

/** Places of the world where the benign Internet stands: one /20 of 198.19.0.0/16 each. */
const world: readonly (readonly [owner: string, at: Place])[] = [
  ["Blue Harbor Hosting", place("Ashburn", "Virginia", us, [39.0438, -77.4874])],
  ["Prairie Colocation", place("Chicago", "Illinois", us, [41.8781, -87.6298])],
  ["Golden Gate Cloud", place("San Jose", "California", us, [37.3382, -121.8863])],
  ["Rheinland Rechenzentrum", place("Frankfurt am Main", "Hessen", ["Germany", "DE"], [50.1109, 8.6821])],
  ["Amstel Datacenter", place("Amsterdam", "North Holland", ["Netherlands", "NL"], [52.3676, 4.9041])],
  ["Thames Networks", place("London", "England", ["United Kingdom", "GB"], [51.5074, -0.1278])],
  ["Seine Télécom", place("Paris", "Île-de-France", ["France", "FR"], [48.8566, 2.3522])],
  ["Nordlys Hosting", place("Stockholm", "Stockholm", ["Sweden", "SE"], [59.3293, 18.0686])],
  ["Edo Cloud", place("Tokyo", "Tokyo", jp, [35.6762, 139.6503])],
  ["Merlion Web", place("Singapore", "Singapore", ["Singapore", "SG"], [1.3521, 103.8198])],
  ["Harbour Bridge Net", place("Sydney", "New South Wales", ["Australia", "AU"], [-33.8688, 151.2093])],
  ["Maple Servers", place("Toronto", "Ontario", ["Canada", "CA"], [43.6532, -79.3832])],
  ["Carioca Dados", place("Rio de Janeiro", "Rio de Janeiro", br, [-22.9068, -43.1729])],
  ["Deccan Data", place("Mumbai", "Maharashtra", ["India", "IN"], [19.076, 72.8777])],
  ["Vistula Hosting", place("Warsaw", "Mazovia", ["Poland", "PL"], [52.2297, 21.0122])],
  ["Meseta Servidores", place("Madrid", "Madrid", ["Spain", "ES"], [40.4168, -3.7038])],
];

/** Addresses of the story's players. Nobody else uses them, except the shared hosting address, which a supplier shares. */
export const storyIps = {
  /** Password spray: .66 … .89 */
  sprayNet: "203.0.113.64/27",
  /** Replayed session of Dana Reyes. */
  thief: "198.51.100.23",
  /** Command and control. */
  c2: "198.51.100.140",
  /** Copies from Azure storage and S3. */
  copier: "203.0.113.140",
  /** Where 18 GB went through the proxy. */
  dropStorage: "192.0.2.77",
  /** Shared hosting: the phishing site, and a supplier of Contoso's. */
  sharedHosting: "192.0.2.80",
  phishMailer: "192.0.2.25",
} as const;

export const sprayIps: readonly string[] = Array.from({ length: 24 }, (_, i) => `203.0.113.${66 + i}`);

const story: readonly (readonly [cidr: string, owner: string, at: Place])[] = [
  [storyIps.sprayNet, "Baltic Proxy Rental", place("Riga", "Riga", ["Latvia", "LV"], [56.9496, 24.1052])],
  [
    `${storyIps.thief}/32`,
    "Valpo Residencial",
    place("Valparaíso", "Valparaíso", ["Chile", "CL"], [-33.0472, -71.6127]),
  ],
  [`${storyIps.c2}/32`, "Dniester VPS", place("Chișinău", "Chișinău", ["Moldova", "MD"], [47.0105, 28.8638])],
  [`${storyIps.copier}/32`, "Dniester VPS", place("Chișinău", "Chișinău", ["Moldova", "MD"], [47.0105, 28.8638])],
  [`${storyIps.dropStorage}/32`, "DropStash Storage", place("Sofia", "Sofia", ["Bulgaria", "BG"], [42.6977, 23.3219])],
  [
    `${storyIps.sharedHosting}/32`,
    "ShareHost Web",
    place("Vilnius", "Vilnius", ["Lithuania", "LT"], [54.6872, 25.2797]),
  ],
  [
    `${storyIps.phishMailer}/32`,
    "ShareHost Mail",
    place("Vilnius", "Vilnius", ["Lithuania", "LT"], [54.6872, 25.2797]),
  ],
];

/** Moving egress of a commercial VPN that one sales director uses: a trap for impossible travel. */
const roaming: readonly (readonly [cidr: string, at: Place])[] = [
  ["198.18.5.0/28", place("Miami", "Florida", us, [25.7617, -80.1918])],
  ["198.18.5.16/28", place("Lisbon", "Lisbon", ["Portugal", "PT"], [38.7223, -9.1393])],
  ["198.18.5.32/28", place("Amsterdam", "North Holland", ["Netherlands", "NL"], [52.3676, 4.9041])],
  ["198.18.5.48/28", place("Buenos Aires", "Buenos Aires", ["Argentina", "AR"], [-34.6037, -58.3816])],
];
export const roamingIps = ["198.18.5.5", "198.18.5.21", "198.18.5.37", "198.18.5.53"] as const;

/** All blocks, most specific meaning first; no two overlap except story addresses inside nothing else. */
export function addressBlocks(): readonly AddressBlock[] {
  const blocks: AddressBlock[] = [];
  const headquarters = sites.SEA;
  blocks.push({ ...placeOf(headquarters), cidr: "10.10.0.0/19", owner: "Contoso servers", asn: 0, kind: "internal" });
  for (const site of Object.values(sites)) {
    const own = placeOf(site);
    blocks.push({ ...own, cidr: `10.10.${site.third}.0/19`, owner: `Contoso ${site.name}`, asn: 0, kind: "internal" });
    const egress = site.egressIp.replace(/\d+$/, "0/24");
    blocks.push({ ...own, cidr: egress, owner: `Contoso ${site.name} egress`, asn: 64500, kind: "egress" });
  }
  const dublin = placeOf(sites.DUB);
  blocks.push({ ...dublin, cidr: "10.10.160.0/19", owner: "Contoso VPN clients", asn: 0, kind: "internal" });
  blocks.push({ ...dublin, cidr: "198.18.4.0/24", owner: "Contoso VPN egress", asn: 64500, kind: "vpn" });
  roaming.forEach(([cidr, at]) => blocks.push({ ...at, cidr, owner: "RoamSafe VPN", asn: 64520, kind: "vpn" }));
  const ashburn = world[0]![1];
  blocks.push({ ...ashburn, cidr: "198.18.16.0/20", owner: "Cloud services", asn: 64510, kind: "cloud" });
  blocks.push({ ...ashburn, cidr: "2001:db8:1000::/36", owner: "Cloud services", asn: 64510, kind: "cloud" });
  homes.forEach(([third, , owner, at], i) =>
    blocks.push({ ...at, cidr: `198.18.${third}.0/21`, owner, asn: 64530 + i, kind: "home" }),
  );
  world.forEach(([owner, at], i) =>
    blocks.push({ ...at, cidr: `198.19.${i * 16}.0/20`, owner, asn: 64540 + i, kind: "internet" }),
  );
  story.forEach(([cidr, owner, at], i) => blocks.push({ ...at, cidr, owner, asn: 64580 + i, kind: "story" }));
  return blocks;
}

function placeOf({ city, state, country, countryCode, latitude, longitude }: Place): Place {
  return { city, state, country, countryCode, latitude, longitude };
}

/** The home networks of a site: pairs of the third octet's start (eight octets wide). */
export function homeNets(site: SiteId): readonly number[] {
  return homes.filter(([, id]) => id === site).map(([third]) => third);
}

export const ipv4Number = (ip: string): number => ip.split(".").reduce((n, part) => n * 256 + Number(part), 0);

/** Answers where an IPv4 address is, by the tenant's own map. */
export function createLocator(blocks: readonly AddressBlock[]): (ip: string) => AddressBlock | undefined {
  const ranges = blocks
    .filter(b => b.cidr.includes("."))
    .map(block => {
      const [base = "", bits = "32"] = block.cidr.split("/");
      const start = ipv4Number(base);
      return { start, end: start + 2 ** (32 - Number(bits)), block };
    });
  const memo = new Map<string, AddressBlock | undefined>();
  return ip => {
    if (memo.has(ip)) return memo.get(ip);
    const n = ip.includes(":") ? -1 : ipv4Number(ip);
    const found =
      n < 0 ? blocks.find(b => b.cidr.startsWith("2001:db8")) : ranges.find(r => n >= r.start && n < r.end)?.block;
    if (memo.size < 40_000) memo.set(ip, found);
    return found;
  };
}
