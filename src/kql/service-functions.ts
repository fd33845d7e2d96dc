/**
 * Functions that every cloud workspace has, as functions of every database here: an environment's own of the same name win.
 */
import type { Diagnostic } from "../base/diagnostic.js";
import type { KqlFunction } from "./api.js";
import type { BoundNode } from "./bridge.js";
import { watchlistDatabase } from "./api.js";

interface ServiceFunction extends KqlFunction {
  /** What to say where it is called, when its answer is not the service's. */
  readonly note?: string;
}

export const serviceFunctions: readonly ServiceFunction[] = [
  {
    // https://learn.microsoft.com/defender-xdr/advanced-hunting-fileprofile-function
    name: "FileProfile",
    parameters: 'T: (*), file_column: string = "", limit: long = 100',
    body:
      "T | extend MD5 = column_ifexists('MD5', ''), FileSize = column_ifexists('FileSize', long(null))," +
      " GlobalPrevalence = long(null), GlobalFirstSeen = datetime(null), GlobalLastSeen = datetime(null), Signer = ''," +
      " Issuer = '', SignerHash = '', IsCertificateValid = bool(null), IsRootSignerMicrosoft = bool(null)," +
      " SignatureState = '', IsExecutable = bool(null), ThreatName = '', Publisher = '', SoftwareName = ''," +
      " ProfileAvailability = 'NotAvailable'",
    note: "FileProfile asks a service of Microsoft Defender; here its columns are empty and ProfileAvailability is 'NotAvailable'",
  },
  // https://learn.microsoft.com/azure/sentinel/watchlists-queries
  {
    name: "_GetWatchlist",
    parameters: "watchlistAlias: string, keys: dynamic = dynamic(null)",
    body: `database("${watchlistDatabase}").table(watchlistAlias)`,
  },
  // https://learn.microsoft.com/kusto/query/workspace-expression
  { name: "workspace", parameters: "name: string", body: "database(name)" },
];

/** Says of each call whose answer is not the service's what is in its place. `ownNames` are functions of the environment. */
export function serviceNotes(statements: readonly BoundNode[], ownNames: ReadonlySet<string>): readonly Diagnostic[] {
  const noted = new Map(
    serviceFunctions.filter(f => f.note !== undefined && !ownNames.has(f.name)).map(f => [f.name, f.note]),
  );
  const found: Diagnostic[] = [];
  const visit = (node: BoundNode): void => {
    if (node.isToken) return;
    const name = node.kind === "FunctionCallExpression" ? node.get("Name").name : "";
    const message = noted.get(name);
    if (message !== undefined)
      found.push({ code: "kql/service-function", severity: "warning", message, span: node.span });
    node.children.forEach(visit);
  };
  statements.forEach(visit);
  return found;
}
