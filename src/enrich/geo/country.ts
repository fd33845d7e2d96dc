/** Names of countries in English, from the runtime's own tables (CLDR). */

/** A memo: the same in every session. At most 676 codes. */
const known = new Map<string, string>();
const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** The name of an ISO 3166-1 code; the code itself when it is none, empty for an empty one. */
export function countryName(code: string): string {
  if (code.length !== 2 || !/^[A-Z]{2}$/.test(code)) return code;
  let name = known.get(code);
  if (name === undefined) {
    name = names.of(code) ?? code;
    known.set(code, name);
  }
  return name;
}
