import { expect, test } from "vitest";
import { getEnvironment } from "./environment.js";
import { QueryLibrary } from "./library.js";
import { readQueries } from "./read-queries.js";

const file = (family: string): string => `
metadata: { data_environments: [MSSentinel], data_families: [${family}] }
sources:
  list_all: { description: All of ${family}, args: { query: "print '${family}'" } }
  only_${family}: { description: One, args: { query: "print 1" } }
`;
const definitions = ["Azure", "Linux"].flatMap(f => readQueries(file(f), `${f}.yaml`).definitions);
const library = new QueryLibrary(getEnvironment("MSSentinel"), definitions);

test("a query is found by its full name, or by its last part where that is enough", () => {
  expect(library.get("Linux.list_all").query).toContain("'Linux'");
  expect(library.get("only_Azure").name).toBe("only_Azure");
});

test.each([
  ["list_all", "query/ambiguous-query", "one of: Azure.list_all, Linux.list_all"],
  ["list_al", "query/unknown-query", "listQueries() shows the 4 queries of MSSentinel"],
])("%s is refused with %s, and what to write instead", (name, code, hint) => {
  expect(() => library.get(name)).toThrowError(expect.objectContaining({ code, hint }) as Error);
});
