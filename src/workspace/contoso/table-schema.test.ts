import { expect, test } from "vitest";
import { contosoTables, loadContosoSchemas } from "./table-schema.js";

test("every table has columns, the time first, no two alike but for case", () => {
  const schemas = loadContosoSchemas();
  expect([...schemas.keys()].sort()).toEqual(Object.keys(contosoTables).sort());
  for (const { name, columns } of schemas.values()) {
    expect(columns[0], name).toEqual({ name: "TimeGenerated", type: "datetime" });
    expect(new Set(columns.map(c => c.name.toLowerCase())).size, name).toBe(columns.length);
  }
});

test("a schema file that lacks a table is named with the way to repair it", () => {
  expect(() => loadContosoSchemas(() => ({}))).toThrowError(
    expect.objectContaining({
      code: "contoso/schema-missing",
      message: expect.stringMatching(/no schema for table '\w+'/) as string,
      hint: expect.stringContaining("schemas/sentinel-tables.json") as string,
    }) as Error,
  );
});
