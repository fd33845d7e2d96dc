/** Connections and what sees them: the endpoint sensor, the site's proxy, the DNS servers. */
import { secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import type { Row } from "../recorder.js";
import type { Destination } from "../world/internet.js";
import type { Site } from "../world/site.js";
import { initiating, processKey, reportId } from "./process.js";
import type { Process } from "./process.js";
import { mix } from "../hash.js";

export interface Connection {
  readonly process: Process;
  readonly atUs: number;
  readonly localIp: string;
  readonly localPort: number;
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly remoteUrl?: string;
  readonly action?: "ConnectionSuccess" | "ConnectionFailed" | "InboundConnectionAccepted";
  readonly protocol?: "Tcp" | "Udp";
}

const isPrivate = (ip: string): boolean => ip.startsWith("10.");
const ipType = (ip: string): string => (isPrivate(ip) ? "Private" : ip.includes(":") ? "FourToSixMapping" : "Public");

export function emitConnection(ctx: Context, c: Connection, tag?: string): void {
  const { process } = c;
  ctx.emit(
    "DeviceNetworkEvents",
    c.atUs,
    [
      initiating(process),
      {
        ActionType: c.action ?? "ConnectionSuccess",
        Protocol: c.protocol ?? "Tcp",
        LocalIP: c.localIp,
        LocalIPType: "Private",
        LocalPort: c.localPort,
        RemoteIP: c.remoteIp,
        RemoteIPType: ipType(c.remoteIp),
        RemotePort: c.remotePort,
        RemoteUrl: c.remoteUrl ?? "",
        ReportId: reportId(process.pid, c.localPort, c.atUs % 0x7fffffff),
      },
    ],
    tag,
  );
}

export interface ProxyRequest {
  readonly site: Site;
  readonly atUs: number;
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly user: string;
  readonly destinationIp: string;
  readonly host: string;
  readonly path: string;
  readonly method: "GET" | "POST" | "CONNECT" | "PUT";
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly userAgent: string;
  readonly category: string;
  readonly status?: number;
  readonly action?: "Allowed" | "Blocked";
  readonly isTls?: boolean;
}

/** One request in the web proxy's log, as CEF. */
export function emitProxy(ctx: Context, r: ProxyRequest, tag?: string): void {
  const action = r.action ?? "Allowed";
  const tls = r.isTls ?? true;
  ctx.emit(
    "CommonSecurityLog",
    r.atUs,
    {
      DeviceVendor: "Zscaler",
      DeviceProduct: "NSSWeblog",
      DeviceVersion: "5.7",
      DeviceEventClassID: action === "Allowed" ? "Allowed" : "Blocked",
      Activity: action === "Allowed" ? "Allowed" : "Access denied due to policy",
      LogSeverity: action === "Allowed" ? "3" : "7",
      DeviceAction: action,
      SimplifiedDeviceAction: action === "Allowed" ? "Allow" : "Deny",
      Computer: r.site.proxy,
      CollectorHostName: "lnx-job02",
      DeviceName: r.site.proxy,
      DeviceExternalID: r.site.id,
      SourceIP: r.sourceIp,
      SourcePort: r.sourcePort,
      SourceUserName: r.user,
      SourceTranslatedAddress: r.site.egressIp,
      DestinationIP: r.destinationIp,
      DestinationPort: tls ? 443 : 80,
      DestinationHostName: r.host,
      ApplicationProtocol: tls ? "HTTPS" : "HTTP",
      Protocol: "TCP",
      RequestMethod: r.method,
      RequestURL: r.method === "CONNECT" ? `${r.host}:443` : `${tls ? "https" : "http"}://${r.host}${r.path}`,
      RequestClientApplication: r.userAgent,
      SentBytes: r.sentBytes,
      ReceivedBytes: r.receivedBytes,
      EventOutcome: String(r.status ?? (action === "Allowed" ? 200 : 403)),
      DeviceCustomString1: r.category,
      DeviceCustomString1Label: "urlcat",
      CommunicationDirection: "Outbound",
      ReceiptTime: String(Math.floor(r.atUs / 1000)),
      DeviceEventCategory: "web",
      AdditionalExtensions: `rt=${Math.floor(r.atUs / 1000)};cat=${r.category};devicehostname=${r.site.proxy}`,
    },
    tag,
  );
}

export interface DnsQuery {
  readonly atUs: number;
  readonly clientIp: string;
  readonly name: string;
  readonly answers: readonly string[];
  readonly type?: "A" | "AAAA" | "PTR" | "TXT";
  readonly isUnknown?: boolean;
  /** The server that answered; DC01 has the old agent (DnsEvents), DC02 the new one (ASimDnsActivityLogs). */
  readonly server: "DC01" | "DC02";
}

const dnsTypeNumbers = { A: 1, AAAA: 28, PTR: 12, TXT: 16 } as const;

export function emitDns(ctx: Context, q: DnsQuery, tag?: string): void {
  const type = q.type ?? "A";
  const code = q.isUnknown === true ? 3 : 0;
  const server = ctx.world.server(q.server);
  if (q.server === "DC01") {
    const row: Row = {
      ...{
        Computer: server.fqdn,
        ClientIP: q.clientIp,
        Name: q.name,
        QueryType: type,
        IPAddresses: q.answers.join(", "),
        SubType: "LookupQuery",
        EventId: 256,
      },
      ...{
        Result: code === 0 ? "Success" : "NXDOMAIN",
        ResultCode: code,
        TaskCategory: "Lookup",
        Severity: 0,
        Message: "Query received",
        _ResourceId: server.resourceId,
      },
    };
    ctx.emit("DnsEvents", q.atUs, row, tag);
    return;
  }
  const row: Row = {
    EventVendor: "Microsoft",
    EventProduct: "DNS Server",
    EventSchemaVersion: "0.1.7",
    EventType: "Query",
    EventSubType: "response",
    EventOriginalType: "257",
    EventCount: 1,
    EventStartTime: q.atUs,
    EventEndTime: q.atUs,
    EventResult: code === 0 ? "Success" : "Failure",
    EventResultDetails: code === 0 ? "NOERROR" : "NXDOMAIN",
    EventSeverity: code === 0 ? "Informational" : "Low",
    DnsQuery: q.name,
    DnsQueryType: dnsTypeNumbers[type],
    DnsQueryTypeName: type,
    DnsQueryClass: 1,
    DnsQueryClassName: "IN",
    DnsResponseCode: code,
    DnsResponseName: q.answers.join(", "),
    DnsFlagsRecursionDesired: true,
    NetworkProtocol: "UDP",
    SrcIpAddr: q.clientIp,
    Src: q.clientIp,
    DstIpAddr: server.fixedIp,
    Dst: server.fixedIp,
    DstPortNumber: 53,
    Dvc: server.fqdn,
    DvcHostname: server.name,
    DvcFQDN: server.fqdn,
    DvcIpAddr: server.fixedIp,
    DvcDomain: "contoso.example",
    DvcDomainType: "FQDN",
    DvcOs: server.os.name,
    DvcId: server.sourceComputerId,
    DvcIdType: "Other",
    _ResourceId: server.resourceId,
  };
  ctx.emit("ASimDnsActivityLogs", q.atUs, row, tag);
}

export interface WebVisit {
  readonly process: Process;
  readonly atUs: number;
  readonly localIp: string;
  readonly site: Site | undefined;
  readonly destination: Destination;
  readonly userAgent: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly method: "GET" | "POST";
}

/** A visit: a DNS question, the connection, and, where the traffic passes a site's proxy, the proxy's line. */
export function emitVisit(ctx: Context, v: WebVisit, tag?: string): void {
  const h = mix(processKey(v.process), Math.floor(v.atUs / secondUs) % 0x7fffffff);
  const { destination } = v;
  const ipv6 = destination.ipv6 !== undefined && v.site === undefined && h % 4 === 0 ? destination.ipv6 : undefined;
  const ip = ipv6 ?? destination.ips[h % destination.ips.length]!;
  const port = 49_200 + (h % 16_000);
  if (h % 5 < 2) {
    const server = h % 2 === 0 ? "DC01" : "DC02";
    const answers = ipv6 === undefined ? destination.ips : [ipv6];
    emitDns(ctx, {
      atUs: v.atUs - 40_000,
      clientIp: v.localIp,
      name: destination.domain,
      answers,
      type: ipv6 === undefined ? "A" : "AAAA",
      server,
    });
  }
  const remote = { remoteIp: ip, remotePort: h % 19 === 0 ? 80 : 443, remoteUrl: destination.domain };
  emitConnection(
    ctx,
    {
      process: v.process,
      atUs: v.atUs,
      localIp: v.localIp,
      localPort: port,
      ...remote,
      action: h % 61 === 0 ? "ConnectionFailed" : "ConnectionSuccess",
    },
    tag,
  );
  if (v.site === undefined || destination.category === "cloud" || h % 61 === 0) return;
  const path = destination.paths[h % destination.paths.length]!;
  const isBlocked = destination.category === "ads" && h % 7 === 0;
  const base = {
    site: v.site,
    atUs: v.atUs + 30_000,
    sourceIp: v.localIp,
    sourcePort: port,
    destinationIp: ip,
    host: destination.domain,
    path,
  };
  const seen = {
    user: v.process.principal.upn || `${v.process.host.name}$`,
    category: destination.category,
    userAgent: v.userAgent,
  };
  const volume = { sentBytes: v.sentBytes, receivedBytes: isBlocked ? 1700 : v.receivedBytes };
  emitProxy(
    ctx,
    {
      ...base,
      ...seen,
      ...volume,
      method: v.method,
      action: isBlocked ? "Blocked" : "Allowed",
      isTls: remote.remotePort === 443,
    },
    tag,
  );
}
