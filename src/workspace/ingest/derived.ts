/** Columns that Sentinel's collectors compute from an event's fields, so that queries written for Sentinel find them. */

/** SQL over other columns of the row; `{Name}` stands for a column's value. */
export interface DerivedColumn {
  readonly name: string;
  readonly type: "string" | "int";
  readonly needs: readonly string[];
  readonly sql: string;
}

const account = (domain: string, user: string): string =>
  `case when {${user}} in ('', '-') then '' when {${domain}} in ('', '-') then {${user}} else {${domain}} || '\\' || {${user}} end`;

/** The last part of a Windows path. */
const baseName = (path: string): string => `regexp_extract({${path}}, '[^\\\\]*$')`;

/**
 * Source: Azure Monitor Logs reference, SecurityEvent; the pairing of account fields by event id follows what the
 * Windows agent does: logon events name the target, the others the subject.
 */
const securityEvent: readonly DerivedColumn[] = [
  {
    name: "SubjectAccount",
    type: "string",
    needs: ["SubjectDomainName", "SubjectUserName"],
    sql: account("SubjectDomainName", "SubjectUserName"),
  },
  {
    name: "TargetAccount",
    type: "string",
    needs: ["TargetDomainName", "TargetUserName"],
    sql: account("TargetDomainName", "TargetUserName"),
  },
  {
    name: "Account",
    type: "string",
    needs: ["SubjectDomainName", "SubjectUserName", "TargetDomainName", "TargetUserName", "EventID"],
    sql:
      `case when {EventID} in (4624, 4625, 4634, 4647, 4768, 4769, 4771, 4776) or {SubjectUserName} in ('', '-')` +
      ` then ${account("TargetDomainName", "TargetUserName")} else ${account("SubjectDomainName", "SubjectUserName")} end`,
  },
  { name: "Process", type: "string", needs: ["NewProcessName"], sql: baseName("NewProcessName") },
];

/** Source: learn.microsoft.com/windows/win32/wes/eventmanifestschema-leveltype-complextype */
const event: readonly DerivedColumn[] = [
  {
    name: "EventLevelName",
    type: "string",
    needs: ["Level"],
    sql:
      "case cast({Level} as VARCHAR) when '1' then 'Critical' when '2' then 'Error' when '3' then 'Warning'" +
      " when '4' then 'Information' when '5' then 'Verbose' else '' end",
  },
];

const derivedByTable: Readonly<Record<string, readonly DerivedColumn[]>> = {
  SecurityEvent: securityEvent,
  Event: event,
};

/** The columns that can be computed from those a plan has and that it lacks. */
export function derivedColumns(table: string, has: ReadonlySet<string>): readonly DerivedColumn[] {
  const derived = Object.hasOwn(derivedByTable, table) ? (derivedByTable[table] ?? []) : [];
  return derived.filter(d => !has.has(d.name) && d.needs.every(name => has.has(name)));
}
