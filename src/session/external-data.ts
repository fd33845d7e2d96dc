/**
 * What `externaldata` may read: hosts and folders of the configuration, nothing else. Over https only, never an address of
 * this machine or of a private network, whatever a name resolves to or a redirect says, and only so many bytes.
 */
import { lookup } from "node:dns/promises";
import { readFile, realpath, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { HuntError, messageOf } from "../base/error.js";
import type { ExternalDataSettings } from "../config/huntbook-section.js";
import { externalRecords } from "../frame/read/external.js";
import type { ExternalReader } from "../frame/store.js";
import type { HttpClient } from "../net/client.js";

export interface ExternalDataPorts {
  readonly settings: () => ExternalDataSettings;
  /** A client that asks `checkUrl` before each request and each redirect. */
  readonly http: (checkUrl: (url: URL) => void) => HttpClient;
  /** The addresses of a host's name. Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
}

const where = "Huntbook: { ExternalData: { Hosts: [host], Folders: [folder] } }";

/** A reader that keeps to the settings; they are read when a query first needs them. */
export function createExternalReader(ports: ExternalDataPorts): ExternalReader {
  return async (source, signal) => {
    const settings = ports.settings();
    const rows: (readonly (string | null)[])[] = [];
    let left = settings.maxBytes;
    for (const uri of source.uris) {
      const bytes = /^https?:/i.test(uri)
        ? await download(uri, { settings, left, ports, signal })
        : await readLocal(uri, settings, left);
      left -= bytes.byteLength;
      rows.push(...externalRecords(new TextDecoder().decode(unpacked(bytes, uri, left)), uri, source));
    }
    return rows;
  };
}

interface Download {
  readonly settings: ExternalDataSettings;
  readonly left: number;
  readonly ports: ExternalDataPorts;
  readonly signal: AbortSignal | undefined;
}

async function download(uri: string, { settings, left, ports, signal }: Download): Promise<Uint8Array> {
  const check = (url: URL): void => checkHost(url, settings);
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined) throw new HuntError("external/not-allowed", `externaldata: '${uri}' is not an address`);
  check(url);
  const http = ports.http(check);
  try {
    await checkAddresses(url.hostname, ports.addressesOf ?? resolveHost);
    const response = await http.request({
      url: url.href,
      maxBytes: Math.max(1, left),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.status !== 200)
      throw new HuntError(
        "external/unreadable",
        `externaldata: '${url.host}' answered ${response.status} for '${url.pathname}'`,
        {
          hint: "check that the file is still there",
        },
      );
    return response.body;
  } catch (error) {
    if (!(error instanceof HuntError) || error.code.startsWith("external/") || error.code === "net/cancelled")
      throw error;
    const large = error.code === "net/too-large";
    throw new HuntError("external/unreadable", `externaldata: '${url.host}': ${error.message}`, {
      hint: large ? "raise Huntbook.ExternalData.MaxMb" : "save the file in an allowed folder, and name it there",
      cause: error,
    });
  } finally {
    await http.close();
  }
}

/** @throws HuntError `external/not-allowed` */
function checkHost(url: URL, settings: ExternalDataSettings): void {
  const host = url.hostname.toLowerCase();
  if (url.protocol !== "https:")
    throw new HuntError("external/not-allowed", `externaldata reads over https only, not '${url.protocol}//${host}'`);
  const allowed = settings.hosts.some(h => (h.startsWith("*.") ? host.endsWith(h.slice(1)) : host === h));
  if (!allowed)
    throw new HuntError("external/not-allowed", `externaldata may not read from '${host}'`, {
      hint: `allow it in the configuration: ${where}`,
    });
  const address = host.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0) refuseReserved(address, host);
}

/** A name that leads into a private network is refused, however public it looks. */
async function checkAddresses(host: string, addressesOf: (host: string) => Promise<readonly string[]>): Promise<void> {
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0) return;
  // Behind a proxy names may not resolve here; the proxy then connects, from where it stands.
  const addresses = await addressesOf(host).catch(() => []);
  for (const address of addresses) refuseReserved(address, host);
}

async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(a => a.address);
}

/** Addresses that are not of the public internet. Source: IANA special-purpose address registries, RFC 6890. */
const reserved = [
  /^(0|10|127)\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^169\.254\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^192\.(168|0\.0|0\.2)\./,
  /^198\.(1[89]|51\.100)\./,
  /^203\.0\.113\./,
  /^(22[4-9]|2[3-5]\d)\./,
  /^(::1?$|fe[89ab]|f[cd]|ff|64:ff9b:|100:|2001:db8)/i,
];

function refuseReserved(address: string, host: string): void {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/i.test(plain);
  if (mapped || reserved.some(r => r.test(plain)))
    throw new HuntError(
      "external/not-allowed",
      `externaldata may not read from '${host}': ${address} is not a public address`,
    );
}

async function readLocal(uri: string, settings: ExternalDataSettings, left: number): Promise<Uint8Array> {
  const path = /^file:/i.test(uri) ? fileURLToPath(uri) : uri;
  const denied = (): HuntError =>
    new HuntError("external/not-allowed", `externaldata may not read '${uri}'`, {
      hint: `allow its folder in the configuration: ${where}`,
    });
  for (const folder of settings.folders) {
    const base = await realpath(folder).catch(() => undefined);
    if (base === undefined) continue;
    // Links are followed before the folder is compared, so that none leads out of it.
    const file = await realpath(isAbsolute(path) ? path : resolve(base, path)).catch(() => undefined);
    if (file === undefined) continue;
    const inside = relative(base, file);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) continue;
    const info = await stat(file);
    if (!info.isFile()) throw denied();
    if (info.size > left)
      throw new HuntError("external/unreadable", `externaldata: '${uri}' is larger than what may still be read`, {
        hint: "raise Huntbook.ExternalData.MaxMb",
      });
    return readFile(file);
  }
  throw denied();
}

function unpacked(bytes: Uint8Array, uri: string, left: number): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, left) });
  } catch (cause) {
    throw new HuntError("external/unreadable", `externaldata: '${uri}' cannot be unpacked: ${messageOf(cause)}`, {
      cause,
    });
  }
}
