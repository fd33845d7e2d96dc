import { expect, test } from "vitest";
import { createCatalogue, loadCatalogue } from "./catalogue.js";
import { loadTargetTables } from "./target.js";

const catalogue = await loadCatalogue();
const typeOf = (table: string, column: string) => catalogue.get(table).columns.find(c => c.name === column)?.type;

test("Sentinel's and Defender's tables and the legacy ones are known", () => {
  expect(catalogue.names.length).toBeGreaterThan(730);
  expect(typeOf("SecurityEvent", "EventID")).toBe("int");
  expect(typeOf("SigninLogs", "LocationDetails")).toBe("dynamic");
  expect(typeOf("AzureNetworkAnalytics_CL", "FlowStartTime_t")).toBe("datetime");
  expect(typeOf("ThreatIntelligenceIndicator", "NetworkIP")).toBe("string");
});

test("columns that the references leave out are there, for the targets too", async () => {
  expect(typeOf("AzureDiagnostics", "ResourceType")).toBe("string");
  expect(typeOf("AzureDiagnostics", "Category")).toBe("string");
  expect(typeOf("SigninLogs", "SessionId")).toBe("string");
  const sentinel = await loadTargetTables("Sentinel");
  expect(sentinel.find(t => t.name === "SigninLogs")?.columns).toContainEqual({ name: "SessionId", type: "string" });
  const defender = await loadTargetTables("M365D");
  expect(defender.find(t => t.name === "CloudAuditEvents")?.columns).toContainEqual({
    name: "Account",
    type: "string",
  });
});

test("every table has TimeGenerated and Type, and time stands first", () => {
  for (const table of catalogue.all()) {
    const names = table.columns.map(c => c.name);
    expect(names[0], table.name).toBe("TimeGenerated");
    expect(names, table.name).toContain("Type");
    expect(new Set(names).size, table.name).toBe(names.length);
  }
});

test.each(["DeviceProcessEvents", "EmailEvents", "IdentityLogonEvents", "AADSignInEventsBeta"])(
  "the Defender table %s carries both times",
  name => {
    expect(
      catalogue
        .get(name)
        .columns.slice(0, 2)
        .map(c => `${c.name}:${c.type}`),
    ).toEqual(["TimeGenerated:datetime", "Timestamp:datetime"]);
  },
);

test("an unknown table is refused with the nearest name", () => {
  expect(() => catalogue.get("SigninLog")).toThrow(
    expect.objectContaining({
      code: "schema/unknown-table",
      message: expect.stringContaining("'SigninLogs'") as string,
    }),
  );
  expect(catalogue.find("signinlogs")).toBeUndefined();
  expect(catalogue.findIgnoringCase("signinlogs")?.name).toBe("SigninLogs");
  expect(catalogue.nearest("DeviceProcesEvents")).toBe("DeviceProcessEvents");
});

test("where both references know a column, Sentinel's type holds", () => {
  const small = createCatalogue(
    { T: { TimeGenerated: "datetime", Type: "string", A: "dynamic" } },
    { T: { Timestamp: "datetime", A: "string", B: "int" } },
  );
  expect(small.get("T").columns.map(c => `${c.name}:${c.type}`)).toEqual([
    "TimeGenerated:datetime",
    "Timestamp:datetime",
    "A:dynamic",
    "B:int",
    "Type:string",
  ]);
});
