/** What may leave the machine. Everything that is asked of a service goes through here first. */
import { classifyIp } from "../../base/ip-class.js";
import { iocTypeOf, validateIoc } from "../../transform/ioc/classify.js";
import { isInternalSuffix, reservedName, splitName } from "../../transform/ioc/host.js";
import type { IocKind } from "../../transform/ioc/ioc-type.js";

export interface OutboundRules {
  /** Domains of one's own: they and what is under them are never asked about. */
  readonly internalDomains: readonly string[];
}

const maxChars = 2048;

function refuseAddress(text: string): string | undefined {
  const known = classifyIp(text);
  if (known === undefined) return `'${shown(text)}' is no address`;
  return known.global ? undefined : `not sent: ${known.purpose}`;
}

function refuseName(name: string, rules: OutboundRules): string | undefined {
  const lower = name.toLowerCase().replace(/\.$/, "");
  const own = rules.internalDomains.find(d => lower === d.toLowerCase() || lower.endsWith(`.${d.toLowerCase()}`));
  if (own !== undefined) return `not sent: under the internal domain ${own}`;
  const reserved = reservedName(lower);
  if (reserved !== undefined) return `not sent: ${reserved}`;
  if (isInternalSuffix(lower.slice(lower.lastIndexOf(".") + 1))) return "not sent: internal name";
  if (!validateIoc(lower, "dns", { defanged: false }) || splitName(lower) === undefined)
    return `not sent: '${shown(name)}' has no public suffix`;
  return undefined;
}

function refuseUrl(text: string, rules: OutboundRules): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(?:https?|ftps?|sftp|wss?):$/.test(url.protocol))
    return "not sent: not a web or FTP address";
  if (url.username !== "" || url.password !== "") return "not sent: it holds a user name or password";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (classifyIp(host) === undefined) return refuseName(host, rules);
  // The parser has made numbers of every form into an address already: `http://2130706433/` is 127.0.0.1.
  const reason = refuseAddress(host);
  if (reason !== undefined || host.includes(":")) return reason;
  const written = /^\w+:[\\/]*([^\\/?#:]*)/.exec(text)?.[1];
  return written === host
    ? undefined
    : `not sent: '${shown(written ?? "")}' is an address in another form, ask about ${host}`;
}

/** Random-looking enough to be a hash: zeros and counted-up digits are placeholders. Bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/**
 * Why an observable must not be sent to anybody outside; undefined when it may. Private, reserved, documentation and internal
 * addresses and names, what is malformed, paths of files, and placeholders are refused.
 */
export function refuseOutbound(value: string, type: IocKind, rules: OutboundRules): string | undefined {
  if (value.length > maxChars) return `not sent: longer than ${maxChars} characters`;
  if (/[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/.test(value))
    return "not sent: it holds blanks or control characters";
  // The marks by which keys are put into requests.
  if (value.includes("{{")) return "not sent: it holds template marks";
  switch (type) {
    case "ipv4":
    case "ipv6":
      return (type === "ipv4") === value.includes(":")
        ? `'${shown(value)}' is no ${type} address`
        : refuseAddress(value);
    case "dns":
    case "hostname":
      return refuseName(value, rules);
    case "url":
      return refuseUrl(value, rules);
    case "email":
      return validateIoc(value, "email", { defanged: false })
        ? refuseName(value.slice(value.lastIndexOf("@") + 1), rules)
        : `'${shown(value)}' is no mail address`;
    case "md5_hash":
    case "sha1_hash":
    case "sha256_hash":
    case "sha512_hash":
    case "file_hash":
      if (!iocTypeOf(value).endsWith("_hash")) return `'${shown(value)}' is no hash`;
      return entropy(value.toLowerCase()) < 3 ? "not sent: a placeholder, not a hash" : undefined;
    case "windows_path":
    case "linux_path":
      return "not sent: paths name people and machines";
    case "unknown":
      return `'${shown(value)}' is no observable`;
    default:
      return iocTypeOf(value) === type ? undefined : `'${shown(value)}' is no ${type}`;
  }
}
