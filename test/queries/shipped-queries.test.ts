/** The shipped queries: complete, correct against the table schemas, and safe with any value. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { readCall } from "../../src/query/call.js";
import { fullNames, type QueryDefinition } from "../../src/query/definition.js";
import { getEnvironment } from "../../src/query/environment.js";
import { QueryLibrary } from "../../src/query/library.js";
import { loadQueryFolder, shippedQueriesDir, shippedFunctionsFile } from "../../src/query/load-queries.js";
import { resolveQuery } from "../../src/query/resolve.js";
import { TimeSpan } from "../../src/query/time-span.js";
import { tokenizeKql } from "../../src/query/kql-token.js";
import { exampleText } from "../../src/query/example.js";
import { generatedFile, generateQueryFunctions, generateQueryTypes } from "../../tools/query-types.js";
import { createTableBinder } from "../../tools/table-binder.js";

const files = loadQueryFolder(shippedQueriesDir);
const definitions = files.flatMap(f => f.definitions);
const named = definitions.map(d => [fullNames(d)[0] ?? d.name, d] as const);
const binder = createTableBinder();

test("every file is read without a complaint", () => {
  expect(files.flatMap(f => f.diagnostics.map(d => `${relative(shippedQueriesDir, f.file)}: ${d.message}`))).toEqual([]);
  expect(definitions.length).toBeGreaterThanOrEqual(60);
});

/** MSTICPy's names by family; users' notebooks call them. */
const expected: Readonly<Record<string, string>> = {
  Azure:
    "get_vmcomputer_for_host get_vmcomputer_for_ip list_aad_signins_for_account list_aad_signins_for_ip list_all_signins_geo list_azure_activity_for_account list_azure_activity_for_ip list_azure_activity_for_resource list_storage_ops_for_hash list_storage_ops_for_ip",
  AzureNetwork:
    "all_network_connections_csl az_net_analytics dns_lookups_for_domain dns_lookups_for_ip dns_lookups_from_ip get_heartbeat_for_host get_heartbeat_for_ip get_host_for_ip get_ips_for_host host_network_connections_csl hosts_by_ip_csl ip_network_connections_csl ips_by_host_csl list_azure_network_flows_by_host list_azure_network_flows_by_ip network_connections_to_url",
  AzureSentinel:
    "get_bookmark_by_id get_bookmark_by_name get_dynamic_summary_by_id get_dynamic_summary_by_name list_bookmarks list_bookmarks_for_entity list_bookmarks_for_tags list_dynamic_summaries",
  Heartbeat: "get_heartbeat_for_host get_heartbeat_for_ip get_info_by_hostname get_info_by_ipaddress",
  LinuxAudit: "auditd_all",
  LinuxSyslog:
    "all_syslog cron_activity list_account_logon_failures list_host_logon_failures list_ip_logon_failures list_logon_failures list_logons_for_account list_logons_for_host list_logons_for_source_ip notable_events squid_activity sudo_activity summarize_events sysmon_process_events user_group_activity user_logon",
  MSSentinel:
    "get_bookmark_by_id get_bookmark_by_name get_dynamic_summary_by_id get_dynamic_summary_by_name list_bookmarks list_bookmarks_for_entity list_bookmarks_for_tags list_dynamic_summaries",
  MultiDataSource:
    "get_timeseries_anomalies get_timeseries_data get_timeseries_decompose plot_timeseries_datawithbaseline plot_timeseries_scoreanomolies",
  Network:
    "all_network_connections_csl get_heartbeat_for_host get_heartbeat_for_ip get_host_for_ip get_ips_for_host host_network_connections_csl hosts_by_ip_csl ip_network_connections_csl ips_by_host_csl list_azure_network_flows_by_host list_azure_network_flows_by_ip network_connections_to_url",
  Office365: "list_activity_for_account list_activity_for_ip list_activity_for_resource",
  SecurityAlert: "get_alert list_alerts list_alerts_counts list_alerts_for_ip list_related_alerts",
  ThreatIntelligence:
    "list_indicators list_indicators_by_domain list_indicators_by_email list_indicators_by_filepath list_indicators_by_hash list_indicators_by_ip list_indicators_by_url",
  WindowsSecurity:
    "account_change_events get_host_logon get_parent_process get_process_tree list_all_logons_by_host list_events list_events_by_id list_host_events list_host_events_by_id list_host_logon_failures list_host_logons list_host_processes list_hosts_matching_commandline list_logon_attempts_by_account list_logon_attempts_by_ip list_logon_failures_by_account list_logons_by_account list_matching_processes list_other_events list_processes_in_session notable_events schdld_tasks_and_services summarize_events",
};

test("names and families are MSTICPy's", () => {
  const library = new QueryLibrary(getEnvironment("AzureSentinel"), definitions);
  const wanted = Object.entries(expected).flatMap(([family, names]) => names.split(" ").map(n => `${family}.${n}`));
  expect(library.names()).toEqual(wanted.sort());
});

test("a Local provider offers the same queries", () => {
  expect(new QueryLibrary(getEnvironment("Local"), definitions).names()).toHaveLength(
    new QueryLibrary(getEnvironment("MSSentinel"), definitions).names().length,
  );
});

test.each(named)("%s binds against the schemas, takes a time range and describes itself", (_, definition) => {
  expect(binder.bind(exampleText(definition)).errors).toEqual([]);
  const names = definition.parameters.map(p => p.name);
  expect(names).toEqual(expect.arrayContaining(["start", "end"]));
  const used = new Set(definition.template?.holes.map(h => h.name));
  expect(names.filter(name => !used.has(name))).toEqual([]);
  expect(definition.description).not.toBe("");
  expect(definition.parameters.filter(p => p.description === "").map(p => p.name)).toEqual([]);
});

const nowMs = Date.UTC(2026, 0, 13, 18);
const span = new TimeSpan({ start: new Date(nowMs - 86_400_000), end: new Date(nowMs) });

/** The text with this value wherever a caller may give text. */
function filled(definition: QueryDefinition, value: string): string {
  const given: Record<string, unknown> = {};
  for (const p of definition.parameters) {
    if (p.type === "str" && typeof p.default === "string" && p.default !== "") continue;
    if (p.type === "str") given[p.name] = value;
    if (p.type === "list") given[p.name] = [value, value];
    if (p.type === "table" && p.values === undefined) given[p.name] = "SecurityEvent";
  }
  return resolveQuery(definition, readCall(definition, [given], nowMs), { span, origin: "default" }, nowMs).text;
}

const shape = (text: string) =>
  tokenizeKql(text).map(t => (t.kind === "string" ? "string" : `${t.kind} ${text.slice(t.start, t.end)}`));

test.each(named)("%s keeps its shape with hostile values", (_, definition) => {
  const harmless = shape(filled(definition, "x"));
  for (const value of [`x' or 1==1 | take 1 //`, `x" | union SecurityAlert //`, "\\", "a\nb", "```", "{start}"]) {
    expect(shape(filled(definition, value))).toEqual(harmless);
  }
  expect(binder.bind(filled(definition, `x' or "1" == '1' | take 1 // \\`)).errors).toEqual([]);
});

test("the types of query functions are up to date", async () => {
  expect(readFileSync(generatedFile, "utf8"), "run `npx tsx tools/query-types.ts`").toBe(await generateQueryTypes());
  expect(readFileSync(shippedFunctionsFile, "utf8"), "run it").toBe(generateQueryFunctions());
});
