import { didYouMean } from "../../base/suggest.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { anyTenant } from "../../config/azure-token.js";
import { printJson, printLine, printNote, printStates } from "../print.js";

export const authCommand: Command = {
  name: "auth",
  summary: "Show which ways to sign in to Azure work, and why others do not.",
  synopsis: "auth status [--tenant T] [--json]",
  details:
    "The ways of Azure.auth_methods are tried in their order until one succeeds. Ways that would ask you something are not tried.",
  options: {
    tenant: { type: "string", value: "T", help: "Id or domain of the tenant (default: the default workspace's)" },
    json: { type: "boolean", help: "Print the result as JSON" },
  },
  examples: ["huntbook auth status", "huntbook auth status --tenant contoso.onmicrosoft.com --json"],
  positionals: { min: 1, max: 1, names: "what to do: status" },
  run,
};

async function run(args: Args, { io, host }: Context): Promise<number> {
  const [action = ""] = args.positionals;
  if (action !== "status")
    throw usageError(`'huntbook auth' has no '${action}'${didYouMean(action, ["status"])}`, "it has status");
  const status = await (await host()).authStatus(args.text("tenant"), io.signal);
  if (args.flag("json")) printJson(io, status);
  else {
    const isAny = status.tenantId === anyTenant;
    const tenant = isAny ? "no tenant configured" : `tenant ${status.tenantId}`;
    printLine(io, `cloud ${status.cloud}, ${tenant}: ${status.signedIn ? "signed in" : "not signed in"}`);
    printStates(
      io,
      status.attempts.map(a => ({
        name: a.method,
        state: a.state,
        detail: a.expires === undefined ? a.detail : `${a.detail}, until ${a.expires}`,
        hint: a.hint,
      })),
    );
    if (isAny) printNote(io, "name a tenant with --tenant, or set Azure.tenant_id in msticpyconfig.yaml");
  }
  return status.signedIn || status.attempts.some(a => a.state === "asks") ? exitCodes.done : exitCodes.failed;
}
