import { compileKql } from "./compile.js";

/** Queries that between them touch most of the language service and of the emitter. */
const texts = [
  "T | where Time > ago(1h) and Name has 'x' | summarize count() by bin(Time, 1h), Name | sort by count_ desc",
  "let f = (n: long) { T | where Number > n }; f(1) | join kind=inner (T) on Name | extend v = parse_json(Data).a[0]",
  "T | mv-expand Data to typeof(string) | parse Name with * 'a' b:long | project-away Data | take 3 | render table",
];

/** Makes the first real query as fast as the following ones. */
export function warmUp(): void {
  const columns = [
    { name: "Time", type: "datetime" },
    { name: "Name", type: "string" },
    { name: "Number", type: "long" },
    { name: "Data", type: "dynamic" },
  ] as const;
  const tables = [{ name: "T", columns, relation: { path: ["T"] } }];
  for (const text of texts) compileKql(text, { schemaId: "warm-up", tables, now: "2020-01-01T00:00:00Z" });
}
