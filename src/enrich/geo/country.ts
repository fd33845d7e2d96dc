/** Names of countries in English, from the runtime's own tables (CLDR). */

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** The name of an ISO 3166-1 code; the code itself when it is none, empty for an empty one. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return names.of(code) ?? code;
}
