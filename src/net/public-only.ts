/** Keeps requests to addresses that users or answers give off this machine's own networks. */
import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP } from "node:net";
import { HuntError } from "../base/error.js";
import { classifyIp } from "../base/ip-class.js";

const refusal = (host: string, address: string): HuntError =>
  new HuntError(
    "net/private-address",
    `'${host}' was not asked: ${address} is ${classifyIp(address)?.purpose ?? "no public address"}`,
    {
      hint: "only public addresses may be asked here",
    },
  );

/** @throws HuntError `net/private-address` for a host that is an address but no public one, or a name of this machine */
export function refusePrivateHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && classifyIp(host)?.global !== true) throw refusal(url.host, host);
  if (host === "localhost" || host.endsWith(".localhost")) throw refusal(url.host, "127.0.0.1");
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** As `dns.lookup`, but a name with any address that is not public is refused: an attacker may name this machine's network. */
export function publicLookup(host: string, options: LookupOptions, callback: Callback): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const inner = addresses.find(a => classifyIp(a.address)?.global !== true);
    if (inner !== undefined) return callback(refusal(host, inner.address), []);
    const [first] = addresses;
    if (options.all === true || first === undefined) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
}
