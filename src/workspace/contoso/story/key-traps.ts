/** The traps and gaps of the answer key: what must not be reported, or reported lower, or called unknown. */
import type { AnswerSpec } from "../answer-key.js";
import { alertIdOf, vendorIdOf } from "../alert/alert.js";
import { lookAlikeAlerts } from "../alert/alert-plan.js";
import type { Context } from "../context.js";
import { hasFleetAgent } from "../endpoint/boot.js";
import { ordinaryApps } from "../world/app.js";
import { cast } from "../world/person.js";
import { roamingIps, storyIps } from "../world/site.js";
import { gapsOf } from "./cast.js";
import { between, quoteKql } from "./key-breach.js";

export function trapItems(ctx: Context): readonly AnswerSpec[] {
  return [...signInTraps(ctx), ...hostTraps(ctx), ...volumeTraps(ctx)];
}

function signInTraps(ctx: Context): readonly AnswerSpec[] {
  const [flyer, roamer] = [ctx.world.person(cast.flyer), ctx.world.person(cast.roamer)];
  const print = ctx.world.accounts["svc-print"];
  return [
    {
      ...{
        id: "trap-flying-director",
        kind: "trap",
        title: "A sales director flies from Osaka to Dublin",
        techniques: ["T1078.004"],
      },
      filters: {
        SigninLogs: `SigninLogs | where UserPrincipalName == ${quoteKql(flyer.upn)} and ${between(ctx, [-10, "21:30"], [-9, "18:00"])} and ResultType == "0" and AppDisplayName in ("OfficeHome", "Microsoft Teams Web Client")`,
      },
      keys: { account: flyer.upn, hoursApart: 17.8, kilometres: 9600 },
      entities: [{ type: "account", value: flyer.upn }],
      method: "impossible travel",
      expectation: "Not reported: far apart, but at the speed of an airliner, same devices, MFA by push.",
    },
    {
      ...{
        id: "trap-roaming-vpn",
        kind: "trap",
        title: "Another on a VPN whose egress moves between countries",
        techniques: ["T1078.004"],
      },
      filters: {
        SigninLogs: `SigninLogs | where UserPrincipalName == ${quoteKql(roamer.upn)} and IPAddress startswith "198.18.5."`,
      },
      keys: { account: roamer.upn, addresses: roamingIps },
      entities: [{ type: "account", value: roamer.upn }],
      method: "impossible travel",
      expectation: "Reported lower, if at all: known device, addresses of a VPN provider, the same pattern every day.",
    },
    {
      ...{
        id: "trap-failing-service-account",
        kind: "trap",
        title: "svc-print fails to sign in every minute for eleven days",
        techniques: ["T1110"],
      },
      filters: {
        AADNonInteractiveUserSignInLogs: `AADNonInteractiveUserSignInLogs | where UserPrincipalName == ${quoteKql(print.upn)}`,
      },
      keys: { account: print.upn, failures: 11 * 1440 },
      entities: [{ type: "account", value: print.upn }],
      method: "password spray and brute force",
      expectation: "Not a spray: one account, one address, perfectly regular; an operational finding at most.",
    },
    {
      ...{
        id: "trap-ordinary-consents",
        kind: "trap",
        title: "People consent to ordinary applications",
        techniques: ["T1528"],
      },
      filters: {
        AuditLogs: `AuditLogs | where tostring(TargetResources[0].displayName) in (${ordinaryApps.map(([name]) => quoteKql(name)).join(", ")})`,
      },
      keys: { applications: ordinaryApps.map(([name]) => name) },
      entities: [],
      method: "consent",
      expectation: "Not reported: used by many, or without mail scopes and from the company's own addresses.",
    },
    {
      ...{
        id: "trap-month-end-rules",
        kind: "trap",
        title: "Finance makes mail rules for the closing",
        techniques: ["T1564.008"],
      },
      filters: {
        OfficeActivity: `OfficeActivity | where Operation == "New-InboxRule" and OfficeObjectId has "Month-end"`,
        CloudAppEvents: `CloudAppEvents | where ActionType == "New-InboxRule" and ObjectName has "Month-end"`,
      },
      keys: { rules: ["Month-end invoices", "Month-end payroll", "Month-end close", "Month-end accruals"] },
      entities: [],
      method: "inbox rules with suspicious words",
      expectation: "Not reported: named rules into named folders from Dublin; only the rule '.' hides mail.",
    },
  ];
}

function hostTraps(ctx: Context): readonly AnswerSpec[] {
  const hosts = ctx.world.workstations.filter(h => hasFleetAgent(ctx, h)).map(h => h.name);
  const collector = ctx.world.internet.service("fleet");
  const looks = lookAlikeAlerts(ctx);
  const sync = ctx.world.accounts.MSOL_sync;
  return [
    {
      ...{
        id: "trap-telemetry-agent",
        kind: "trap",
        title: "A telemetry agent that calls home every 300 s",
        techniques: ["T1071.001"],
      },
      filters: {
        DeviceNetworkEvents: `DeviceNetworkEvents | where RemoteUrl == ${quoteKql(collector.domain)}`,
        CommonSecurityLog: `CommonSecurityLog | where DestinationHostName == ${quoteKql(collector.domain)}`,
      },
      keys: { hosts, destination: collector.ips[0]!, periodSeconds: 300, jitter: 0.01 },
      entities: [{ type: "domain", value: collector.domain }],
      method: "beaconing",
      expectation:
        "Regular, but reported lower than the beacon: many hosts share it, and it belongs to a known product.",
    },
    {
      ...{
        id: "trap-encoded-inventory",
        kind: "trap",
        title: "Management software runs an encoded inventory script on every machine each Monday",
        techniques: ["T1059.001", "T1027"],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where ProcessCommandLine has "-EncodedCommand" and InitiatingProcessFileName == "epmagent.exe"`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and CommandLine has "-EncodedCommand" and ParentProcessName endswith "EpmAgent.exe"`,
      },
      keys: { parent: "EpmAgent.exe", weekday: "Monday" },
      entities: [],
      method: "encoded command",
      expectation: "Decoded, it is the same inventory script everywhere; not reported.",
    },
    {
      ...{
        id: "trap-build-server",
        kind: "trap",
        title: "A build server spawns thousands of short processes",
        techniques: [],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where DeviceName == "bld01.contoso.example" and AccountName == "svc-build"`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == "BLD01.contoso.example" and SubjectUserName == "svc-build"`,
      },
      keys: { host: "BLD01", account: "svc-build" },
      entities: [{ type: "host", value: "BLD01" }],
      method: "process counts, rare processes, clustering",
      expectation: "Not reported: one cluster of compilers and linkers.",
    },
    {
      ...{
        id: "trap-directory-replication",
        kind: "trap",
        title: "Domain controllers and Entra Connect replicate all day",
        techniques: ["T1003.006"],
      },
      filters: {
        SecurityEvent: `SecurityEvent | where (EventID == 4662 and ((SubjectUserName == "MSOL_sync" and SubjectLogonId startswith "0x5") or SubjectUserName in ("DC01$", "DC02$"))) or (EventID == 4624 and TargetUserName == "MSOL_sync" and IpAddress == ${quoteKql(ctx.world.server("AADC01").fixedIp!)})`,
      },
      keys: { account: sync.sam, from: "AADC01" },
      entities: [
        { type: "account", value: sync.upn },
        { type: "host", value: "AADC01" },
      ],
      method: "replication from the wrong host",
      expectation: "Not reported: machine accounts of controllers, and MSOL_sync from AADC01.",
    },
    {
      ...{
        id: "trap-help-desk-accounts",
        kind: "trap",
        title: "A help-desk administrator creates accounts all day",
        techniques: ["T1136.002"],
      },
      filters: {
        SecurityEvent: `SecurityEvent | where EventID in (4720, 4722, 4724) and SubjectUserName == "adm-helpdesk1" and TargetSid in~ (${helpDeskSids(ctx)})`,
      },
      keys: { account: "adm-helpdesk1", perDay: 7 },
      entities: [{ type: "account", value: ctx.world.accounts["adm-helpdesk1"].upn }],
      method: "privilege change",
      expectation: "Not reported: working hours, no privileged group, the same person every day.",
    },
    {
      ...{
        id: "trap-look-alike-alerts",
        kind: "trap",
        title: "Two alerts that look like the story's and are false",
        techniques: ["T1003.006", "T1078.004"],
      },
      filters: {
        SecurityAlert: `SecurityAlert | where SystemAlertId in (${looks.map(a => quoteKql(alertIdOf(ctx, a))).join(", ")})`,
        AlertInfo: `AlertInfo | where AlertId in (${looks.map(a => quoteKql(vendorIdOf(ctx, a))).join(", ")})`,
        AlertEvidence: `AlertEvidence | where AlertId in (${looks.map(a => quoteKql(vendorIdOf(ctx, a))).join(", ")})`,
      },
      keys: { alerts: looks.map(a => alertIdOf(ctx, a)) },
      entities: [],
      method: "alert triage",
      expectation: "Both were closed as false positives: AADC01 is the right host, and the VPN moves.",
    },
  ];
}

/** Accounts of the help desk have numbers from 60,000 on, twenty per day. */
function helpDeskSids(ctx: Context): string {
  const base = ctx.world.accounts["adm-helpdesk1"].sid.replace(/-\d+$/, "");
  const sids: string[] = [];
  for (let day = -13; day <= 0; day++)
    if (!ctx.calendar.isWeekend(day))
      for (let i = 0; i < 7; i++) sids.push(quoteKql(`${base}-${60_000 + (day + 14) * 20 + i}`));
  return sids.join(", ");
}

function volumeTraps(ctx: Context): readonly AnswerSpec[] {
  const backup = ctx.world.server("BKP01");
  return [
    {
      ...{
        id: "trap-sunday-backup",
        kind: "trap",
        title: "The Sunday full backup, far larger than the exfiltration",
        techniques: ["T1567.002"],
      },
      filters: {
        CommonSecurityLog: `CommonSecurityLog | where DestinationHostName == "vault7.prairie-backup.example"`,
        NTANetAnalytics: `NTANetAnalytics | where SrcIp == ${quoteKql(backup.fixedIp!)} and AclRule == "UserRule_allow-backup"`,
        DeviceProcessEvents: `DeviceProcessEvents | where DeviceName == ${quoteKql(backup.deviceName)} and FileName == "bkpagent.exe"`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == ${quoteKql(backup.fqdn)} and Process == "bkpagent.exe"`,
      },
      keys: { host: "BKP01", destination: "198.19.16.40", hours: ["01", "02"], weekday: "Sunday" },
      entities: [{ type: "host", value: "BKP01" }],
      method: "volume anomaly",
      expectation: "Not reported: it comes every Sunday at 01:00.",
    },
    {
      ...{
        id: "trap-vulnerability-scanner",
        kind: "trap",
        title: "The vulnerability scanner at 10.10.9.9",
        techniques: ["T1046"],
      },
      filters: {
        CommonSecurityLog: `CommonSecurityLog | where SourceIP == "10.10.9.9"`,
        Syslog: `Syslog | where SyslogMessage has "from 10.10.9.9"`,
      },
      keys: { ip: "10.10.9.9" },
      entities: [{ type: "ip", value: "10.10.9.9" }],
      method: "port scan, failed logons",
      expectation: "Not reported: the company's own scanner at its usual hour.",
    },
    {
      ...{
        id: "trap-shared-hosting",
        kind: "trap",
        title: "A supplier's shop on the phishing site's address",
        techniques: [],
      },
      filters: {
        CommonSecurityLog: `CommonSecurityLog | where DestinationIP == ${quoteKql(storyIps.sharedHosting)} and DestinationHostName == "www.northwind-parts.example"`,
        EmailEvents: `EmailEvents | where SenderFromDomain == "northwind-parts.example"`,
        EmailUrlInfo: `EmailUrlInfo | where UrlDomain == "www.northwind-parts.example"`,
      },
      keys: { ip: storyIps.sharedHosting, supplier: "northwind-parts.example" },
      entities: [
        { type: "ip", value: storyIps.sharedHosting },
        { type: "domain", value: "www.northwind-parts.example" },
      ],
      method: "threat-intelligence match by address",
      expectation: "A match by address alone is reported low: the name is a supplier's.",
    },
  ];
}

export const gapIds = { desk: "gap-wks-0042", proxy: "gap-sao-paulo-proxy" } as const;

export function gapItems(ctx: Context): readonly AnswerSpec[] {
  const gaps = gapsOf(ctx);
  const silent = between(ctx, [-3, "04:00"], [-3, "07:29:59.999"]);
  const day = between(ctx, [-5, "00:00"], [-5, "23:59:59.999"]);
  return [
    {
      ...{ id: gapIds.desk, kind: "gap", title: "WKS-0042's agents are silent", techniques: [] },
      filters: {
        DeviceNetworkEvents: `DeviceNetworkEvents | where DeviceName == "wks-0042.contoso.example" and ${silent}`,
        DeviceProcessEvents: `DeviceProcessEvents | where DeviceName == "wks-0042.contoso.example" and ${silent}`,
        SecurityEvent: `SecurityEvent | where Computer == "WKS-0042.contoso.example" and ${silent}`,
      },
      keys: { host: "WKS-0042" },
      entities: [{ type: "host", value: "WKS-0042" }],
      method: "coverage: rows per host and hour",
      expectation: "Not visible on the endpoint; the proxy still sees the beacon, so the machine was awake.",
      silence: { fromUs: gaps.desk[0], toUs: gaps.desk[1] },
    },
    {
      ...{ id: gapIds.proxy, kind: "gap", title: "The proxy logs of São Paulo are missing for a day", techniques: [] },
      filters: { CommonSecurityLog: `CommonSecurityLog | where DeviceName == "prx-gru-01" and ${day}` },
      keys: { device: "prx-gru-01" },
      entities: [{ type: "host", value: "prx-gru-01" }],
      method: "coverage: rows per device and hour",
      expectation: "Not visible: no claim about São Paulo's web traffic of that day can be made.",
      silence: { fromUs: gaps.proxy[0], toUs: gaps.proxy[1] },
    },
  ];
}
