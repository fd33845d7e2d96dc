import { expect, test } from "vitest";
import { connectDuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from "./duckdb.js";

test("connections are in UTC and hostile names and strings stay names and strings", async () => {
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  const name = `x" ; drop table t; --`;
  const text = `it's -- '' \\' \u0000`.replace("\u0000", "");
  const reader = await connection.runAndReadAll(
    `select ${quoteLiteral(text)} as ${quoteIdentifier(name)}, current_setting('TimeZone') as tz`,
  );
  expect(reader.columnNames()).toEqual([name, "tz"]);
  expect(reader.getRowsJson()).toEqual([[text, "UTC"]]);
  connection.closeSync();
  instance.closeSync();
});
