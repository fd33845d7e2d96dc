/** First and last addresses of prefixes, for joins on ranges. What is no address gives null. */
import type { KqlUdf } from "../../api.js";
import { masked, parseIpv4, parseIpv6 } from "../ip-address.js";
import { nullable } from "./define.js";

const edge = (bits: bigint, prefix: number, range: { readonly width: 32 | 128; readonly last: boolean }): bigint => {
  const { width, last } = range;
  const first = masked(bits, prefix, width);
  return last ? first | ((1n << BigInt(width - prefix)) - 1n) : first;
};

export const rangeUdfs: readonly KqlUdf[] = [
  nullable("ku_ipv4_edge", ["VARCHAR", "BOOLEAN"], "BIGINT", (text, last) => {
    const address = parseIpv4(text ?? "");
    return address === undefined ? null : edge(address.bits, address.prefix, { width: 32, last: last === true });
  }),
  /** As 32 hexadecimal digits, which order as the addresses do. */
  nullable("ku_ipv6_edge", ["VARCHAR", "BOOLEAN"], "VARCHAR", (text, last) => {
    const address = parseIpv6(text ?? "");
    if (address === undefined) return null;
    return edge(address.bits, address.prefix, { width: 128, last: last === true })
      .toString(16)
      .padStart(32, "0");
  }),
];
