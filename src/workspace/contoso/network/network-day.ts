/** Firewalls and DNS: denied and allowed sessions, the scanner, lookups that nobody typed. */
import { minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import { emitDns } from "../endpoint/network.js";
import type { Draw } from "../hash.js";
import { addressOf } from "../world/host.js";
import { sites } from "../world/site.js";
import type { Site } from "../world/site.js";

export interface FirewallSession {
  readonly site: Site;
  readonly atUs: number;
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationIp: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "ICMP";
  readonly action: "allow" | "deny" | "reset-both";
  readonly application: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly direction: "Inbound" | "Outbound" | "Internal";
  readonly threat?: string;
}

export function emitFirewall(ctx: Context, f: FirewallSession, tag?: string): void {
  const isThreat = f.threat !== undefined;
  ctx.emit(
    "CommonSecurityLog",
    f.atUs,
    {
      DeviceVendor: "Palo Alto Networks",
      DeviceProduct: "PAN-OS",
      DeviceVersion: "10.2.9",
      DeviceEventClassID: isThreat ? "vulnerability" : "end",
      Activity: isThreat ? "THREAT" : "TRAFFIC",
      LogSeverity: isThreat ? "4" : "1",
      DeviceAction: f.action,
      SimplifiedDeviceAction: f.action === "allow" ? "Allow" : "Deny",
      Computer: f.site.firewall,
      CollectorHostName: "lnx-job03",
      DeviceName: f.site.firewall,
      DeviceExternalID: `0132010${f.site.third}`,
      SourceIP: f.sourceIp,
      SourcePort: f.sourcePort,
      DestinationIP: f.destinationIp,
      DestinationPort: f.port,
      Protocol: f.protocol,
      ApplicationProtocol: f.application,
      SentBytes: f.sentBytes,
      ReceivedBytes: f.receivedBytes,
      CommunicationDirection: f.direction,
      DeviceInboundInterface: f.direction === "Inbound" ? "untrust" : "trust",
      DeviceOutboundInterface: f.direction === "Outbound" ? "untrust" : "trust",
      DeviceCustomString1: f.action === "allow" ? "allow-standard" : "deny-default",
      DeviceCustomString1Label: "Rule",
      DeviceCustomString4: f.direction === "Inbound" ? "untrust" : "trust",
      DeviceCustomString4Label: "Source Zone",
      DeviceCustomString5: f.direction === "Outbound" ? "untrust" : "trust",
      DeviceCustomString5Label: "Destination Zone",
      DeviceCustomNumber1: 1 + (f.sourcePort % 90_000),
      DeviceCustomNumber1Label: "SessionID",
      Reason: f.action === "allow" ? "tcp-fin" : "policy-deny",
      EventCount: 1,
      Message: f.threat ?? "",
      ReceiptTime: String(Math.floor(f.atUs / 1000)),
      AdditionalExtensions: `PanOSSourceLocation=${f.sourceIp.startsWith("10.") ? "10.0.0.0-10.255.255.255" : "Unknown"};PanOSActionFlags=0x8000000000000000`,
    },
    tag,
  );
}

export const networkDay: DayGenerator = function* (ctx, day) {
  const d = ctx.draw("network", day);
  const at = (): number => ctx.calendar.midnight(day) + d.int(86_400) * secondUs + d.int(1_000_000);
  const repeat = (mean: number, work: () => void): void => {
    for (let i = d.count(mean * ctx.volume); i > 0; i--) work();
  };
  repeat(340, () => background(ctx, at(), d));
  yield;
  repeat(160, () => allowed(ctx, day, at(), d));
  yield;
  scannerDay(ctx, day, d);
  yield;
  repeat(150, () => lookup(ctx, day, at(), d));
  yield;
};

/** The Internet knocks on the sites' outside addresses all day. */
function background(ctx: Context, atUs: number, d: Draw): void {
  const site = d.pick(Object.values(sites));
  const from = `198.19.${d.int(256)}.${d.range(1, 254)}`;
  const port = d.pick([22, 23, 80, 443, 445, 3389, 5900, 8080, 8443, 1433]);
  emitFirewall(ctx, {
    site,
    atUs,
    sourceIp: from,
    sourcePort: d.range(1024, 65_000),
    destinationIp: site.egressIp,
    port,
    protocol: d.chance(0.95) ? "TCP" : "UDP",
    action: "deny",
    application: "not-applicable",
    sentBytes: 60,
    receivedBytes: 0,
    direction: "Inbound",
  });
}

function allowed(ctx: Context, day: number, atUs: number, d: Draw): void {
  const host = d.pick(ctx.world.workstations);
  const site = sites[host.site];
  const destination = ctx.world.internet.pickSite(d);
  const [port, application] = d.pick([
    [443, "ssl"],
    [443, "web-browsing"],
    [123, "ntp"],
    [443, "ms-office365"],
    [3478, "ms-teams-audio-video"],
    [993, "imap"],
  ] as const);
  const sent = Math.floor(400 * Math.exp(d.real() * 6));
  emitFirewall(ctx, {
    site,
    atUs,
    sourceIp: addressOf(host, day),
    sourcePort: d.range(49_200, 65_000),
    destinationIp: destination.ips[0]!,
    port,
    protocol: port === 123 || port === 3478 ? "UDP" : "TCP",
    action: "allow",
    application,
    sentBytes: sent,
    receivedBytes: Math.floor(sent * (0.5 + d.real() * 12)),
    direction: "Outbound",
  });
}

/** Trap: the vulnerability scanner at 10.10.9.9 tries every port it knows on a few machines each night. */
function scannerDay(ctx: Context, day: number, d: Draw): void {
  const targets = [...ctx.world.servers, ...ctx.world.linux];
  const startUs = ctx.calendar.midnight(day) + 2 * 60 * minuteUs;
  const ports = [
    21, 22, 23, 25, 53, 80, 88, 110, 135, 139, 389, 443, 445, 636, 993, 1433, 3306, 3389, 5432, 5985, 8080, 8443,
  ];
  for (let t = 0; t < 6; t++) {
    const target = targets[(day * 6 + 600 + t) % targets.length]!;
    for (const [i, port] of ports.entries()) {
      const isOpen =
        target.kind === "linux" ? [22, 80, 443].includes(port) : [135, 389, 445, 3389, 88, 53].includes(port);
      const atUs = startUs + t * 9 * minuteUs + i * 2 * secondUs + d.int(900_000);
      const threat = isOpen && d.chance(0.15) ? "SMB: Session enumeration(31705)" : undefined;
      emitFirewall(
        ctx,
        {
          site: sites.SEA,
          atUs,
          sourceIp: "10.10.9.9",
          sourcePort: d.range(30_000, 60_000),
          destinationIp: target.fixedIp!,
          port,
          protocol: "TCP",
          action: isOpen ? "allow" : "reset-both",
          application: isOpen ? "incomplete" : "not-applicable",
          sentBytes: isOpen ? 420 : 74,
          receivedBytes: isOpen ? 380 : 0,
          direction: "Internal",
          ...(threat === undefined ? {} : { threat }),
        },
        "trap-vulnerability-scanner",
      );
    }
  }
}

function lookup(ctx: Context, day: number, atUs: number, d: Draw): void {
  const host = d.pick(ctx.world.workstations);
  const kind = d.real();
  const site = ctx.world.internet.pickSite(d);
  const server = d.chance(0.5) ? "DC01" : "DC02";
  const clientIp = addressOf(host, day);
  if (kind < 0.25)
    emitDns(ctx, { atUs, clientIp, name: `${d.hex(10)}.contoso.example`, answers: [], isUnknown: true, server });
  else if (kind < 0.4)
    emitDns(ctx, {
      atUs,
      clientIp,
      name: `${d.range(1, 254)}.8.10.10.in-addr.arpa`,
      answers: [`${d.pick(ctx.world.servers).deviceName}`],
      type: "PTR",
      server,
    });
  else if (kind < 0.45)
    emitDns(ctx, { atUs, clientIp, name: `_dmarc.${site.domain}`, answers: ["v=DMARC1; p=none"], type: "TXT", server });
  else
    emitDns(ctx, {
      atUs,
      clientIp,
      name: kind < 0.7 ? d.pick(ctx.world.servers).deviceName : site.domain,
      answers: kind < 0.7 ? [d.pick(ctx.world.servers).fixedIp!] : site.ips,
      server,
    });
}
