/** Which columns say what, in the tables that log process creations. */
import type { Column } from "../../base/column.js";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { ProcessColumns } from "../../frame/plot/host.js";

interface Schema {
  readonly columns: { readonly [K in keyof ProcessColumns]: readonly string[] };
  /** Rows of other kinds in the same table are left out. */
  readonly only?: { readonly column: string; readonly values: readonly string[] };
}

/** For each field the columns that may hold it, best first. */
export const processSchemas = {
  sysmon: {
    columns: {
      ...{
        time: ["UtcTime", "TimeGenerated", "@timestamp"],
        processId: ["ProcessId"],
        parentId: ["ParentProcessId"],
        name: ["Image"],
      },
      ...{ commandLine: ["CommandLine"], host: ["Computer", "host", "Hostname"], account: ["User", "UserName"] },
      ...{
        parentName: ["ParentImage"],
        processGuid: ["ProcessGuid"],
        parentGuid: ["ParentProcessGuid"],
        logonId: ["LogonId"],
      },
    },
    only: { column: "EventID", values: ["1"] },
  },
  defender: {
    columns: {
      ...{
        time: ["Timestamp", "TimeGenerated"],
        processId: ["ProcessId"],
        parentId: ["InitiatingProcessId"],
        name: ["FolderPath", "FileName"],
      },
      ...{ commandLine: ["ProcessCommandLine"], host: ["DeviceName"], account: ["AccountName"], logonId: ["LogonId"] },
      ...{
        parentName: ["InitiatingProcessFileName"],
        parentTime: ["InitiatingProcessCreationTime"],
        processTime: ["ProcessCreationTime"],
      },
      ...{ grandparentId: ["InitiatingProcessParentId"], grandparentName: ["InitiatingProcessParentFileName"] },
    },
    only: { column: "ActionType", values: ["ProcessCreated"] },
  },
  windows: {
    columns: {
      ...{
        time: ["TimeGenerated", "EventTime", "TimeCreated"],
        processId: ["NewProcessId"],
        parentId: ["ProcessId", "CreatorProcessId"],
      },
      ...{
        name: ["NewProcessName"],
        commandLine: ["CommandLine"],
        host: ["Computer", "Hostname"],
        parentName: ["ParentProcessName"],
      },
      ...{ account: ["Account", "SubjectUserName", "SubjectAccount"], logonId: ["TargetLogonId", "SubjectLogonId"] },
    },
    only: { column: "EventID", values: ["4688"] },
  },
  auditd: {
    columns: {
      ...{
        time: ["TimeGenerated", "timestamp", "EventTime"],
        processId: ["pid"],
        parentId: ["ppid"],
        name: ["exe", "comm"],
      },
      ...{
        commandLine: ["cmdline", "proctitle"],
        host: ["Computer", "node", "host"],
        account: ["acct", "user", "auid"],
        logonId: ["ses"],
      },
    },
    only: { column: "EventType", values: ["SYSCALL_EXECVE", "EXECVE"] },
  },
} as const satisfies Record<string, Schema>;

export type ProcessSchemaName = keyof typeof processSchemas;
const required = ["time", "processId", "parentId", "name"] as const;

/** A schema whose columns are found, with those it needs. */
export interface FoundSchema {
  readonly name: string;
  readonly columns: ProcessColumns;
  readonly only?: Schema["only"];
}

function resolve(name: string, schema: Schema, columns: readonly Column[]): FoundSchema | undefined {
  const has = (wanted: string): boolean => columns.some(c => c.name === wanted);
  const found = Object.entries(schema.columns).map(([field, names]) => [field, names.find(has)] as const);
  const chosen = Object.fromEntries(found.filter(([, column]) => column !== undefined)) as unknown as ProcessColumns;
  if (required.some(field => chosen[field] === undefined)) return undefined;
  const only = schema.only !== undefined && has(schema.only.column) ? { only: schema.only } : {};
  return { name, columns: chosen, ...only };
}

/**
 * Finds which columns say what.
 * @throws HuntError `view/process-schema` when no schema fits, an unknown one is named, or a mapped column is missing
 */
export function findSchema(columns: readonly Column[], asked: string | ProcessColumns | undefined): FoundSchema {
  const names = Object.keys(processSchemas) as ProcessSchemaName[];
  if (typeof asked === "object") {
    const missing = Object.entries(asked).find(([, column]) => !columns.some(c => c.name === column));
    if (missing === undefined) return { name: "mapping", columns: asked };
    throw new HuntError(
      "view/process-schema",
      `the mapping's '${missing[0]}' names column '${missing[1]}', which the frame does not have${didYouMean(
        String(missing[1]),
        columns.map(c => c.name),
      )}`,
    );
  }
  if (asked !== undefined) {
    const name = names.find(n => n === asked);
    if (name === undefined)
      throw new HuntError("view/process-schema", `there is no process schema '${asked}'${didYouMean(asked, names)}`, {
        hint: `known are ${names.join(", ")}; or give a mapping of columns`,
      });
    const found = resolve(name, processSchemas[name], columns);
    if (found !== undefined) return found;
    throw new HuntError("view/process-schema", `the frame lacks columns of the schema '${asked}'`, {
      hint: needs(name),
    });
  }
  for (const name of names) {
    const found = resolve(name, processSchemas[name], columns);
    if (found !== undefined) return found;
  }
  throw new HuntError("view/process-schema", "the frame's columns are those of no known table of process creations", {
    hint: `${names.map(needs).join("; ")}; or give a mapping: { schema: { time, processId, parentId, name } }`,
  });
}

const needs = (name: ProcessSchemaName): string =>
  `${name} needs ${required.map(field => (processSchemas[name] as Schema).columns[field].join(" or ")).join(", ")}`;
