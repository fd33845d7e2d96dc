/** The benign Internet: services everybody uses, sites many use, and a long tail that one or two people ever see. */
import { draw } from "../hash.js";
import type { Draw } from "../hash.js";

export interface Destination {
  readonly domain: string;
  readonly ips: readonly string[];
  readonly ipv6: string | undefined;
  readonly category: "business" | "cloud" | "update" | "news" | "shopping" | "media" | "ads" | "partner" | "other";
  readonly paths: readonly string[];
}

/** Services of the platform that Contoso runs on, under invented names. */
const services = {
  login: ["login.microsoftonline.example", "cloud", ["/common/oauth2/v2.0/token", "/common/GetCredentialType"]],
  outlook: ["outlook.office365.example", "cloud", ["/mapi/emsmdb/", "/owa/service.svc", "/EWS/Exchange.asmx"]],
  teams: ["teams.microsoft.example", "cloud", ["/api/mt/part/beta/users", "/trouter/ws"]],
  sharepoint: ["contoso.sharepoint.example", "cloud", ["/sites/finance/_api/web", "/_layouts/15/download.aspx"]],
  onedrive: ["contoso-my.sharepoint.example", "cloud", ["/personal/_api/v2.0/drive", "/_api/contextinfo"]],
  graph: ["graph.microsoft.example", "cloud", ["/v1.0/me", "/v1.0/$batch"]],
  update: ["update.windows.example", "update", ["/v11/2/windowsupdate/redir", "/d/msdownload/update/software"]],
  defender: ["wdcp.microsoft.example", "update", ["/wdcp.svc/bond/submitReport"]],
  telemetryVendor: ["vortex.data.microsoft.example", "update", ["/collect/v1"]],
  edge: ["edge.microsoft.example", "update", ["/componentupdater/api/v1/update"]],
  search: ["www.bing.example", "business", ["/search?q=contoso", "/th?id=OIP"]],
  code: ["github.example", "business", ["/contoso/platform.git/info/refs", "/login"]],
  packages: ["registry.npmjs.example", "business", ["/typescript", "/-/npm/v1/security/advisories/bulk"]],
  meeting: ["zoom.example", "business", ["/j/93124551", "/client/latest"]],
  crm: ["contoso.my.salesforce.example", "business", ["/services/data/v58.0/query", "/lightning/page/home"]],
  hr: ["contoso.workday.example", "business", ["/contoso/d/home.htmld"]],
  tickets: ["contoso.service-now.example", "business", ["/nav_to.do", "/api/now/table/incident"]],
  fleet: ["collector.fleetpulse.example", "business", ["/v2/heartbeat"]],
} as const satisfies Record<string, readonly [string, Destination["category"], readonly string[]]>;
export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as readonly ServiceName[];

const first =
  "blue green north harbor cedar lumen atlas prime swift delta pixel quiet copper maple river summit nova orbit ember clear vector solar urban metro bright open true daily next rapid".split(
    " ",
  );
const second =
  "works supply media press trade labs market stream cloud bank travel parts books health games sport foods design motors weather studio insight tickets logistics garden finance academy post wire kit".split(
    " ",
  );
const categories: readonly Destination["category"][] = [
  "news",
  "shopping",
  "media",
  "ads",
  "partner",
  "other",
  "business",
];
const prefixes = ["www.", "", "cdn.", "static.", "api.", "img.", "m."];
const pathWords =
  "index assets js css images news article product cart search login api v1 v2 track pixel video feed about pricing".split(
    " ",
  );

function tailAddress(d: Draw): string {
  return `198.19.${d.int(256)}.${d.range(1, 254)}`;
}

export interface Internet {
  readonly service: (name: ServiceName) => Destination;
  /** The destination at a rank of popularity, 0 first. */
  readonly site: (rank: number) => Destination;
  readonly siteCount: number;
  readonly pickSite: (d: Draw) => Destination;
}

export function createInternet(seed: number, siteCount: number): Internet {
  const memo = new Map<number, Destination>();
  const made = new Map<ServiceName, Destination>(
    serviceNames.map((name, i) => {
      const [domain, category, paths] = services[name];
      const ips = Array.from(
        { length: name === "fleet" ? 1 : 6 },
        (_, k) => `198.18.${16 + (i % 14)}.${10 + k * 7 + Math.floor(i / 14) * 60}`,
      );
      return [
        name,
        { domain, category, paths, ips, ipv6: `2001:db8:1000:${(0x10 + i).toString(16)}::${(i * 7 + 1).toString(16)}` },
      ];
    }),
  );
  const site = (rank: number): Destination => {
    const known = memo.get(rank);
    if (known !== undefined) return known;
    const d = draw(seed, "internet", rank);
    const name = `${d.pick(first)}${d.chance(0.3) ? "-" : ""}${d.pick(second)}${rank < 400 ? "" : String(rank % 97)}`;
    const domain = `${d.pick(prefixes)}${name}.example`;
    const ips = Array.from({ length: rank < 200 ? 3 : 1 }, () => tailAddress(d));
    const ipv6 = d.chance(0.15)
      ? `2001:db8:${(0x2000 + d.int(0x1000)).toString(16)}:${d.int(65536).toString(16)}::${d.range(1, 999).toString(16)}`
      : undefined;
    const paths = Array.from(
      { length: 3 },
      () => `/${d.pick(pathWords)}/${d.pick(pathWords)}${d.chance(0.4) ? `?id=${d.int(9999)}` : ""}`,
    );
    const made: Destination = { domain, ips, ipv6, category: d.pick(categories), paths };
    if (memo.size < 40_000) memo.set(rank, made);
    return made;
  };
  return {
    service: name => made.get(name)!,
    site,
    siteCount,
    pickSite: d => site(d.rank(siteCount)),
  };
}
