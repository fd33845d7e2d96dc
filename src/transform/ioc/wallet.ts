/** Wallet addresses. Bitcoin's carry a checksum, which is verified: random identifiers look the same otherwise. */
import { sha256 } from "../digest.js";

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function decodeBase58(text: string): Uint8Array | undefined {
  let value = 0n;
  for (const char of text) {
    const digit = base58.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 58n + BigInt(digit);
  }
  const bytes = new Uint8Array(25);
  for (let i = 24; i >= 0; i -= 1) {
    bytes[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  return value === 0n ? bytes : undefined;
}

/** Pay-to-key-hash (`1…`) and pay-to-script-hash (`3…`). Source: https://en.bitcoin.it/wiki/Base58Check_encoding */
function isBase58Check(text: string): boolean {
  const bytes = decodeBase58(text);
  if (bytes === undefined || (bytes[0] !== 0 && bytes[0] !== 5)) return false;
  const sum = sha256(sha256(bytes.subarray(0, 21)));
  return [0, 1, 2, 3].every(i => sum[i] === bytes[21 + i]);
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Segregated witness (`bc1…`). Source: BIP 173 and BIP 350. */
function isBech32(text: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const lower = text.toLowerCase();
  const data = [...lower.slice(3)].map(char => bech32Alphabet.indexOf(char));
  if (data.includes(-1)) return false;
  let sum = 1;
  for (const value of [3, 3, 0, 2, 3, ...data]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, i) => {
      if (((top >>> i) & 1) === 1) sum ^= generator;
    });
  }
  return sum === (data[0] === 0 ? 1 : 0x2bc830a3);
}

export function isBitcoinAddress(text: string): boolean {
  if (/^[13][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(text)) return isBase58Check(text);
  return /^bc1[02-9ac-hj-np-z]{11,71}$/i.test(text) && isBech32(text);
}

export function isEthereumAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

/** Standard (95) and integrated (106) addresses of the main network. Source: https://docs.getmonero.org/public-address/standard-address/ */
export function isMoneroAddress(text: string): boolean {
  return /^[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?:[1-9A-HJ-NP-Za-km-z]{11})?$/.test(text);
}
