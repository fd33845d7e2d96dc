/** A host name or URL in its parts. Pure. */
import { splitName } from "../../transform/ioc/host.js";
import { refang } from "../../transform/ioc/refang.js";

/** As MSTICPy's `dns_components`, with what is registered in one. */
export interface NameParts {
  readonly subdomain: string;
  /** The label that was registered: `google` of `mail.google.co.uk`. */
  readonly domain: string;
  /** The public suffix; empty for names that have none. */
  readonly suffix: string;
  /** `google.co.uk`; empty without a suffix. */
  readonly registrable: string;
}

/** The parts of a host name; defanged ones are read as well. Names without a public suffix have all in `domain`. */
export function dnsComponents(name: string): NameParts {
  const host = refang(name.trim()).toLowerCase().replace(/\.$/, "");
  const parts = splitName(host);
  if (parts === undefined) return { subdomain: "", domain: host, suffix: "", registrable: "" };
  // `github.io` is a suffix that others register under, and a name itself.
  const registered =
    parts.domain === parts.suffix ? (host.split(".")[0] ?? "") : parts.domain.slice(0, -parts.suffix.length - 1);
  const subdomain = host.length > parts.domain.length ? host.slice(0, -parts.domain.length - 1) : "";
  return { subdomain, domain: registered, suffix: parts.suffix, registrable: parts.domain };
}

/** As MSTICPy's `url_components`: empty texts for what is not there. */
export interface UrlParts {
  readonly scheme: string;
  readonly auth: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** The parts of a URL, undefined when it is none; defanged ones are read as well. The password is left out. */
export function urlComponents(text: string): UrlParts | undefined {
  const whole = refang(text.trim());
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  return {
    scheme: url.protocol.replace(/:$/, ""),
    auth: url.username,
    host: url.hostname,
    port: url.port,
    path: url.pathname,
    query: url.search.replace(/^\?/, ""),
    fragment: url.hash.replace(/^#/, ""),
  };
}
