/** What may be asked about a name or an address outside: the rules of threat intelligence, as an error. */
import { HuntError } from "../../base/error.js";
import { parseAddress } from "../../base/ip-address.js";
import { refang } from "../../transform/ioc/refang.js";
import { refuseOutbound, type OutboundRules } from "../ti/outbound.js";

/** A host that may be asked about: refanged, lower case, of a URL its host. @throws HuntError `domain/refused` */
export function publicHost(given: string, rules: OutboundRules, kind: "name" | "address" | "any" = "any"): string {
  const whole = refang(given.trim());
  const text = (/^https?:/i.test(whole) && URL.canParse(whole) ? new URL(whole).hostname : whole)
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\[|\]$/g, "");
  const address = parseAddress(text);
  const type = address === undefined ? "dns" : text.includes(":") ? "ipv6" : "ipv4";
  const isOther = kind !== "any" && (kind === "name") !== (address === undefined);
  const reason = isOther ? `is no ${kind}` : refuseOutbound(text, type, rules);
  if (reason === undefined) return text;
  throw new HuntError("domain/refused", `'${text.slice(0, 60)}' ${reason}`, {
    hint: "public addresses and names under a public suffix can be asked about",
  });
}
