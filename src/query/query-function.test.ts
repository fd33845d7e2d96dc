/** What compiles and what does not: checked by the type checker, which runs over tests as well. */
import { expect, test } from "vitest";
import type { Frame } from "../frame/frame.js";
import type { PendingFrame } from "../frame/pending.js";
import type { HelpText } from "./help.js";
import type { QueryProviderOf } from "./create-provider.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(is: Same<A, B>): void => expect(is).toBe(true);

/** Never called. */
function usage(qry: QueryProviderOf<"AzureSentinel">): object {
  const span = { start: new Date(), end: "-1d" };
  return {
    plain: qry.Azure.list_all_signins_geo(),
    offset: qry.Azure.list_all_signins_geo("-5d"),
    span: qry.Azure.list_all_signins_geo(span),
    named: qry.Azure.list_all_signins_geo({
      start: "2026-01-01",
      table: "AADNonInteractiveUserSignInLogs",
      maxRows: 10,
    }),
    required: qry.Azure.list_aad_signins_for_ip({ ip_address_list: ["192.0.2.1"] }),
    both: qry.WindowsSecurity.list_host_logons("-1d", { host_name: "DC01" }),
    added: qry.SecurityAlert.list_alerts({ addQueryItems: "| take 5" }),
    addedAlias: qry.SecurityAlert.list_alerts("-1d", { add_query_items: "| take 5" }),
    print: qry.Azure.list_all_signins_geo("print"),
    printRange: qry.Azure.list_all_signins_geo("-1d", "print"),
    printNamed: qry.WindowsSecurity.list_host_logons("print", { host_name: "DC01" }),
    help: qry.Azure.list_all_signins_geo("?"),
    // @ts-expect-error a parameter that the query does not have
    unknown: qry.Azure.list_all_signins_geo({ ip_adress: "192.0.2.1" }),
    // @ts-expect-error a value of the wrong type
    wrongType: qry.WindowsSecurity.list_host_logons({ host_name: 5 }),
    // @ts-expect-error a value that is not among those allowed
    wrongValue: qry.Azure.list_all_signins_geo({ table: "SigninLog" }),
    // @ts-expect-error a parameter that must be given
    missing: qry.WindowsSecurity.list_host_logons(),
    // @ts-expect-error a parameter that must be given beside the range
    missingNamed: qry.WindowsSecurity.list_host_logons("-1d", {}),
    // @ts-expect-error a query that does not exist
    query: qry.Azure.list_all_signin_geo as unknown,
    // @ts-expect-error a family that does not exist
    family: qry.Azur as unknown,
  };
}

/** Never called either. */
async function rows(qry: QueryProviderOf<"MSSentinel">): Promise<void> {
  const [signin] = await qry.Azure.list_all_signins_geo("-1d").rows();
  const result: string | undefined = signin?.Result;
  const latitude: number | null | undefined = signin?.Latitude;
  // @ts-expect-error a column that the query does not give
  const misspelt: unknown = signin?.Resut;
  await qry.Azure.list_all_signins_geo("-1d").column("Latitude");
  // @ts-expect-error the same by name
  await qry.Azure.list_all_signins_geo("-1d").column("Lattitude");
  const frame: Frame<{ readonly Alerts: number | null }> | undefined = undefined;
  const any: PendingFrame = qry.SecurityAlert.list_alerts({ addQueryItems: "| take 5" });
  expect([result, latitude, misspelt, frame, any]).toBeDefined();
}

test("query functions are typed by the library", () => {
  type Usage = QueryProviderOf<"AzureSentinel">["Azure"]["list_all_signins_geo"];
  same<ReturnType<Usage> extends object ? true : false, true>(true);
  same<QueryProviderOf<"LogAnalytics">["Heartbeat"], QueryProviderOf<"Local">["Heartbeat"]>(true);
  const help: ((qry: QueryProviderOf<"MSSentinel">) => HelpText) | undefined = qry =>
    qry.Azure.list_all_signins_geo("?");
  expect([typeof usage, typeof rows, typeof help]).toEqual(["function", "function", "function"]);
});
