/** MaxMind's GeoLite2-City, downloaded with the user's account. Source: https://dev.maxmind.com/geoip/updating-databases */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { HuntError } from "../../base/error.js";
import { Secret } from "../../base/secret.js";
import type { HttpClient } from "../../net/client.js";
import { openArchive } from "../../transform/base64/archive.js";

const address = "https://download.maxmind.com/geoip/databases/GeoLite2-City/download?suffix=tar.gz";
const maxBytes = 300 * 1024 * 1024;
export const staleAfterMs = 30 * 86_400_000;

export interface MaxMindAccount {
  readonly accountId: string;
  readonly key: Secret;
}

/**
 * Downloads the database to `path`, whole or not at all.
 * @throws HuntError `geo/download`, `net/…`
 */
export async function downloadGeoLite(
  client: HttpClient,
  account: MaxMindAccount,
  path: string,
  url = address,
): Promise<void> {
  const basic = Buffer.from(`${account.accountId}:${account.key.reveal()}`).toString("base64");
  const response = await client.request({
    url,
    headers: { authorization: new Secret(`Basic ${basic}`, account.key.origin) },
    maxBytes,
    timeoutMs: 600_000,
    purpose: { provider: "MaxMind" },
  });
  if (response.status !== 200)
    throw new HuntError("geo/download", `MaxMind answered with status ${response.status}`, {
      hint:
        response.status === 401 ? "check AccountID and AuthKey under OtherProviders.GeoIPLite.Args" : "try again later",
    });
  const tar = gunzipSync(response.body, { maxOutputLength: maxBytes });
  const found = openArchive("tar", tar, { memberBytes: maxBytes, members: 50 })?.members.find(m =>
    m.name.endsWith(".mmdb"),
  );
  if (found === undefined)
    throw new HuntError("geo/download", "MaxMind's answer holds no database", { hint: "try again later" });
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, found.bytes);
  renameSync(temporary, path);
}

export const hasDatabase = (path: string): boolean => existsSync(path);
