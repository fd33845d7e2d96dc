/** Properties that follow from others. */
import type { EntityName } from "./entity-table.js";

type Values = Readonly<Record<string, unknown>>;
type Derive = (values: Values) => string | readonly number[] | undefined;

const text = (values: Values, key: string): string => {
  const value = values[key];
  return typeof value === "string" ? value : "";
};

/** The last component of a path of either kind. */
const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);

/** Something with properties of its own: avoids a circle of imports with `entity.ts`. */
const inner = (values: Values, key: string): { get(property: string): unknown } | undefined => {
  const value = values[key];
  return typeof value === "object" && value !== null && "get" in value
    ? (value as { get(property: string): unknown })
    : undefined;
};

export const derived: Partial<Record<EntityName, Readonly<Record<string, Derive>>>> = {
  Account: {
    /** `DOMAIN\name`, `name@suffix`, `host\name`, `name`. */
    QualifiedName: v => {
      const name = text(v, "Name");
      if (name === "" || name.includes("@") || name.includes("\\")) return name === "" ? undefined : name;
      const [domain, suffix, host] = [text(v, "NTDomain"), text(v, "UPNSuffix"), inner(v, "Host")?.get("HostName")];
      if (domain !== "") return `${domain}\\${name}`;
      if (suffix !== "") return `${name}@${suffix}`;
      return typeof host === "string" ? `${host}\\${name}` : name;
    },
    Upn: v =>
      text(v, "Name") !== "" && text(v, "UPNSuffix") !== "" ? `${text(v, "Name")}@${text(v, "UPNSuffix")}` : undefined,
  },
  Host: {
    Fqdn: v => {
      const [host, domain] = [text(v, "HostName") || text(v, "NetBiosName"), text(v, "DnsDomain")];
      if (host === "") return undefined;
      return domain === "" || host.includes(".") ? host : `${host}.${domain}`;
    },
  },
  File: {
    FullPath: v => {
      const [directory, name] = [text(v, "Directory"), text(v, "Name")];
      if (directory === "" || name === "") return undefined;
      const separator = directory.includes("/") && !directory.includes("\\") ? "/" : "\\";
      return directory.endsWith(separator) ? `${directory}${name}` : `${directory}${separator}${name}`;
    },
    FileHash: v => text(v, "Sha256") || text(v, "Sha1") || text(v, "Md5") || undefined,
  },
  Process: {
    ProcessFilePath: v => {
      const path = inner(v, "ImageFile")?.get("FullPath") ?? inner(v, "ImageFile")?.get("Name");
      return typeof path === "string" ? path : undefined;
    },
    ProcessName: v => {
      const path = inner(v, "ImageFile")?.get("FullPath") ?? inner(v, "ImageFile")?.get("Name");
      return typeof path === "string" ? fileName(path) : undefined;
    },
  },
  GeoLocation: {
    Coordinates: v => {
      const [latitude, longitude] = [v["Latitude"], v["Longitude"]];
      return typeof latitude === "number" && typeof longitude === "number" ? [latitude, longitude] : undefined;
    },
  },
};
