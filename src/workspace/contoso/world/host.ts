/** Contoso's machines: names, ids, addresses and who uses them. */
import { draw } from "../hash.js";
import type { Person } from "./person.js";
import { sites } from "./site.js";
import type { SiteId } from "./site.js";

export type ServerRole =
  | "domain-controller"
  | "file"
  | "exchange"
  | "sql"
  | "entra-connect"
  | "build"
  | "web"
  | "management"
  | "backup"
  | "print"
  | "app";

export interface Host {
  readonly kind: "workstation" | "server" | "linux";
  readonly index: number;
  /** `WKS-0042` */
  readonly name: string;
  /** `WKS-0042.contoso.example`, as Windows logs print it. */
  readonly fqdn: string;
  /** `wks-0042.contoso.example`, as Defender prints it. */
  readonly deviceName: string;
  readonly deviceId: string;
  /** Entra device id. */
  readonly entraDeviceId: string;
  /** Log Analytics agent id. */
  readonly sourceComputerId: string;
  readonly mac: string;
  readonly site: SiteId;
  readonly role: ServerRole | "client" | "linux-web" | "linux-db" | "linux-batch";
  readonly os: { readonly platform: string; readonly build: number; readonly version: string; readonly name: string };
  readonly machineSid: string;
  /** Servers have one address; workstations lease theirs (see `addressOf`). */
  readonly fixedIp: string | undefined;
  readonly owner: Person | undefined;
  /** True when its Windows Security log is collected: all servers, every fourth workstation and the story's. */
  readonly sendsSecurityEvents: boolean;
  readonly resourceId: string;
}

const windows11 = { platform: "Windows11", build: 22631, version: "10.0", name: "Windows 11 Enterprise" };
const windows10 = { platform: "Windows10", build: 19045, version: "10.0", name: "Windows 10 Enterprise" };
const server2022 = {
  platform: "WindowsServer2022",
  build: 20348,
  version: "10.0",
  name: "Windows Server 2022 Datacenter",
};
const server2019 = {
  platform: "WindowsServer2019",
  build: 17763,
  version: "10.0",
  name: "Windows Server 2019 Datacenter",
};
const ubuntu = { platform: "Linux", build: 0, version: "22.04", name: "Ubuntu 22.04 LTS" };

const serverPlan: readonly (readonly [name: string, role: ServerRole])[] = [
  ["DC01", "domain-controller"],
  ["DC02", "domain-controller"],
  ["FS01", "file"],
  ["FS02", "file"],
  ["EX01", "exchange"],
  ["SQL01", "sql"],
  ["SQL02", "sql"],
  ["AADC01", "entra-connect"],
  ["BLD01", "build"],
  ["MGT01", "management"],
  ["BKP01", "backup"],
  ["PRT01", "print"],
  ["WEB01", "web"],
  ["WEB02", "web"],
  ...Array.from({ length: 16 }, (_, i) => [`APP${String(i + 1).padStart(2, "0")}`, "app"] as const),
];
export const serverCount = serverPlan.length;

const linuxPlan = [
  ...Array.from({ length: 8 }, (_, i) => [`LNX-WEB${String(i + 1).padStart(2, "0")}`, "linux-web"] as const),
  ...Array.from({ length: 5 }, (_, i) => [`LNX-DB${String(i + 1).padStart(2, "0")}`, "linux-db"] as const),
  ...Array.from({ length: 7 }, (_, i) => [`LNX-JOB${String(i + 1).padStart(2, "0")}`, "linux-batch"] as const),
];

export interface Estate {
  readonly subscriptionId: string;
  readonly seed: number;
}

interface Plan extends Pick<Host, "kind" | "index" | "name" | "role" | "os" | "site"> {
  readonly fixedIp?: string;
  readonly owner?: Person;
  readonly sendsSecurityEvents: boolean;
}

function build(estate: Estate, plan: Plan): Host {
  const d = draw(estate.seed, `host-${plan.kind}`, plan.index);
  const group = plan.kind === "workstation" ? "rg-clients" : "rg-servers";
  const provider =
    plan.kind === "workstation" ? "microsoft.hybridcompute/machines" : "microsoft.compute/virtualmachines";
  const fqdn = `${plan.name}.contoso.example`;
  return {
    ...plan,
    fqdn,
    deviceName: fqdn.toLowerCase(),
    deviceId: d.hex(40),
    entraDeviceId: d.guid(),
    sourceComputerId: d.guid(),
    mac: ["00", "15", "5D", ...(d.hex(6).toUpperCase().match(/../g) ?? [])].join("-"),
    machineSid: `S-1-5-21-${d.next()}-${d.next()}-${d.next()}`,
    fixedIp: plan.fixedIp,
    owner: plan.owner,
    resourceId: `/subscriptions/${estate.subscriptionId}/resourcegroups/${group}/providers/${provider}/${plan.name.toLowerCase()}`,
  };
}

export function createWorkstations(estate: Estate, people: readonly Person[], count: number): readonly Host[] {
  return people.slice(0, count).map((owner, index) => {
    const name = `WKS-${String(index + 1).padStart(4, "0")}`;
    const os = draw(estate.seed, "os", index).chance(0.72) || index === 41 ? windows11 : windows10;
    const sendsSecurityEvents = index % 4 === 1;
    return build(estate, {
      kind: "workstation",
      index,
      name,
      role: "client",
      os,
      site: owner.site,
      owner,
      sendsSecurityEvents,
    });
  });
}

export function createServers(estate: Estate): readonly Host[] {
  return serverPlan.map(([name, role], index) => {
    const os = index % 3 === 1 ? server2019 : server2022;
    const fixedIp = `10.10.8.${10 + index}`;
    return build(estate, { kind: "server", index, name, role, os, site: "SEA", fixedIp, sendsSecurityEvents: true });
  });
}

export function createLinuxHosts(estate: Estate): readonly Host[] {
  return linuxPlan.map(([name, role], index) => {
    const fixedIp = `10.10.10.${10 + index}`;
    return build(estate, {
      kind: "linux",
      index,
      name,
      role,
      os: ubuntu,
      site: "SEA",
      fixedIp,
      sendsSecurityEvents: false,
    });
  });
}

/** A prime just below the 8,192 addresses of a site, so that leases of one epoch never meet. */
const leasePool = 7919;

/** The address of a host on a day. Workstations keep a lease for a few days; no two hosts share one. */
export function addressOf(host: Host, day: number): string {
  if (host.fixedIp !== undefined) return host.fixedIp;
  const epoch = Math.floor((day + 13) / 4);
  const slot = (host.index * 17 + epoch * 1013) % leasePool;
  return `10.10.${sites[host.site].third + Math.floor(slot / 250)}.${2 + (slot % 250)}`;
}

/** The address that a workstation has on the company's VPN on a day. */
export function vpnAddressOf(host: Host, day: number): string {
  const slot = (host.index * 29 + (day + 13) * 577) % leasePool;
  return `10.10.${160 + Math.floor(slot / 250)}.${2 + (slot % 250)}`;
}
