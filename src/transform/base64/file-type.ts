/** What bytes are, by their first ones. */
type Magic = readonly [type: string, hex: string, offset?: number];

const magics: readonly Magic[] = [
  ["gz", "1f8b08"],
  ["zip", "504b0304"],
  ["zip", "504b0506"],
  ["7z", "377abcaf271c"],
  ["rar", "526172211a07"],
  ["pdf", "255044462d"],
  ["ole", "d0cf11e0a1b11ae1"],
  ["wim", "4d5357494d000000"],
  ["cab", "4d534346"],
  ["lnk", "4c0000000114020000000000c000000000000046"],
  ["elf", "7f454c46"],
  ["macho", "cffaedfe"],
  ["macho", "feedfacf"],
  ["class", "cafebabe"],
  ["png", "89504e470d0a1a0a"],
  ["jpg", "ffd8ff"],
  ["gif", "47494638"],
  ["evtx", "456c6646696c6500"],
  ["sqlite", "53514c69746520666f726d6174203300"],
  ["tar", "7573746172", 257],
];

const matches = (bytes: Uint8Array, hex: string, offset: number): boolean => {
  if (bytes.length < offset + hex.length / 2) return false;
  for (let i = 0; i < hex.length; i += 2)
    if (bytes[offset + i / 2] !== Number.parseInt(hex.slice(i, i + 2), 16)) return false;
  return true;
};

/** A program of Windows: exe, dll or sys. Source: https://learn.microsoft.com/windows/win32/debug/pe-format */
function programType(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x4d || bytes[1] !== 0x5a || bytes.length < 64) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getUint32(60, true);
  if (header + 94 > bytes.length || view.getUint32(header, true) !== 0x4550) return "exe";
  const isDll = (view.getUint16(header + 22, true) & 0x2000) !== 0;
  const isNative = view.getUint16(header + 92, true) === 1;
  return isNative ? "sys" : isDll ? "dll" : "exe";
}

/** `zip`, `exe`, `pdf`, …; undefined when nothing fits. */
export function fileTypeOf(bytes: Uint8Array): string | undefined {
  const program = programType(bytes);
  if (program !== undefined) return program;
  const found = magics.find(([, hex, offset = 0]) => matches(bytes, hex, offset));
  if (found?.[0] === "zip" && bytes.length > 7 && ((bytes[6] ?? 0) & 1) === 1) return "zip (encrypted)";
  return found?.[0];
}
