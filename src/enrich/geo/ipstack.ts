/** IPStack: places of addresses from a service, with a key. */
import { HuntError } from "../../base/error.js";
import type { Secret } from "../../base/secret.js";
import type { HttpClient } from "../../net/client.js";
import type { AnswerStore } from "../../net/store.js";
import { refuseOutbound, type OutboundRules } from "../ti/outbound.js";
import { at, numberAt, objectOf, textAt } from "../ti/shape.js";
import { locate, type GeoRecord } from "./lookup.js";

export interface IpStackParts {
  readonly client: HttpClient;
  readonly key: Secret;
  readonly rules: OutboundRules;
  readonly answers: AnswerStore<unknown>;
  readonly baseUrl?: string;
}

const weekMs = 7 * 86_400_000;

/**
 * Asks about one address. Undefined when the service does not know it.
 * @throws HuntError `geo/refused` for addresses that are not public, `geo/service` when the service refuses, `net/…`
 */
export async function askIpStack(parts: IpStackParts, ip: string): Promise<GeoRecord | undefined> {
  const reason = refuseOutbound(ip, ip.includes(":") ? "ipv6" : "ipv4", parts.rules);
  if (reason !== undefined)
    throw new HuntError("geo/refused", `'${ip}' ${reason}`, { hint: "only public addresses are asked about" });
  const kept = parts.answers.find(ip, weekMs)?.value;
  const body = kept ?? (await fetchAnswer(parts, ip));
  const source = { name: "IPStack", find: () => toPart(body) };
  return textAt(body, "country_code") === undefined ? undefined : locate([source], ip);
}

async function fetchAnswer(
  { client, key, answers, baseUrl = "https://api.ipstack.com" }: IpStackParts,
  ip: string,
): Promise<unknown> {
  const response = await client.request({
    url: `${baseUrl}/${encodeURIComponent(ip)}?access_key={{key}}&output=json`,
    secrets: { key },
    timeoutMs: 20_000,
    purpose: { provider: "IPStack", observable: ip, type: ip.includes(":") ? "ipv6" : "ipv4" },
  });
  const body = objectOf(response.json(), "IPStack's answer");
  const problem = textAt(body, "error", "info") ?? textAt(body, "error", "type");
  if (response.status !== 200 || at(body, "success") === false)
    throw new HuntError("geo/service", `IPStack: ${problem ?? `status ${response.status}`}`, {
      hint: "check OtherProviders.IPStack.Args.AuthKey and the account's quota",
    });
  answers.keep(ip, body);
  return body;
}

function toPart(body: unknown) {
  const asn = numberAt(body, "connection", "asn");
  const [latitude, longitude] = [numberAt(body, "latitude"), numberAt(body, "longitude")];
  return {
    countryCode: textAt(body, "country_code") ?? "",
    state: textAt(body, "region_name") ?? "",
    city: textAt(body, "city") ?? "",
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
    ...(asn === undefined ? {} : { asn }),
    asName: textAt(body, "connection", "isp") ?? "",
  };
}
