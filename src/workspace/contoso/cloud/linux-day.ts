/** Syslog of the Linux hosts: ssh, sudo, cron, services, auditd. */
import { minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import type { Host } from "../world/host.js";

export interface SyslogLine {
  readonly host: Host;
  readonly atUs: number;
  readonly facility: "auth" | "authpriv" | "cron" | "daemon" | "kern" | "local0" | "syslog" | "user";
  readonly severity: "info" | "notice" | "warning" | "err" | "crit" | "debug";
  readonly process: string;
  readonly pid: number;
  readonly text: string;
}

export function emitSyslog(ctx: Context, s: SyslogLine, tag?: string): void {
  ctx.emit(
    "Syslog",
    s.atUs,
    {
      Computer: s.host.deviceName,
      HostName: s.host.name.toLowerCase(),
      HostIP: s.host.fixedIp,
      CollectorHostName: s.host.name.toLowerCase(),
      EventTime: Math.floor(s.atUs / 1_000_000) * 1_000_000,
      Facility: s.facility,
      SeverityLevel: s.severity,
      ProcessName: s.process,
      ProcessID: s.pid,
      SyslogMessage: s.text,
      _ResourceId: s.host.resourceId,
    },
    tag,
  );
}

const admins = ["ops", "deploy", "backup", "monitor"] as const;
const daemonLines = [
  ["systemd", "Started Session {n} of user {u}."],
  ["systemd", "logrotate.service: Succeeded."],
  ["systemd", "Starting Daily apt download activities..."],
  [
    "dockerd",
    'time="{t}" level=info msg="ignoring event" container={h} module=libcontainerd namespace=moby topic=/tasks/delete',
  ],
  ["nginx", '10.10.64.{b} - - "GET /health HTTP/1.1" 200 {n}'],
  ["systemd-timesyncd", "Synchronized to time server 10.10.8.10:123 (dc01.contoso.example)."],
  ["rsyslogd", "action 'action-8-builtin:omfwd' resumed (module 'builtin:omfwd')"],
] as const;
const cronJobs = [
  "/usr/local/bin/rotate-metrics",
  "cd / && run-parts --report /etc/cron.hourly",
  "/opt/contoso/bin/sync-assets.sh",
  "test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily",
];
const sudoCommands = [
  "/usr/bin/systemctl restart nginx",
  "/usr/bin/apt-get update",
  "/usr/bin/journalctl -u portal",
  "/usr/bin/docker ps",
  "/usr/sbin/nginx -t",
  "/usr/bin/tail -n 200 /var/log/portal/error.log",
];

export const linuxDay: DayGenerator = function* (ctx, day) {
  for (const host of ctx.world.linux) {
    const d = ctx.draw("linux", host.index, day);
    const at = (): number => ctx.calendar.midnight(day) + d.int(86_400) * secondUs + d.int(1_000_000);
    for (let i = d.count(11 * ctx.activity); i > 0; i--) daemonLine(ctx, host, at(), d);
    for (let i = d.count(9 * ctx.activity); i > 0; i--) cronLine(ctx, host, at(), d);
    for (let i = d.count(2 * ctx.activity * (ctx.calendar.isWeekend(day) ? 0.3 : 1)); i > 0; i--)
      adminSession(ctx, host, at(), d);
    for (let i = d.count(3 * ctx.activity); i > 0; i--) auditLine(ctx, host, at(), d);
    if (d.chance(0.5)) scannerKnock(ctx, host, at(), d);
    yield;
  }
};

function daemonLine(ctx: Context, host: Host, atUs: number, d: Draw): void {
  const [process, text] = d.pick(daemonLines);
  const filled = text
    .replace("{n}", String(d.range(10, 9000)))
    .replace("{u}", d.pick(admins))
    .replace("{h}", d.hex(24))
    .replace("{b}", String(d.range(2, 250)))
    .replace("{t}", new Date(Math.floor(atUs / 1000)).toISOString());
  emitSyslog(ctx, {
    host,
    atUs,
    facility: "daemon",
    severity: "info",
    process,
    pid: d.range(300, 30_000),
    text: filled,
  });
}

function cronLine(ctx: Context, host: Host, atUs: number, d: Draw): void {
  emitSyslog(ctx, {
    host,
    atUs,
    facility: "cron",
    severity: "info",
    process: "CRON",
    pid: d.range(2000, 60_000),
    text: `(root) CMD (${d.pick(cronJobs)})`,
  });
}

/** ssh from the administrators' jump host, some sudo, logout. */
function adminSession(ctx: Context, host: Host, atUs: number, d: Draw): void {
  const user = d.pick(admins);
  const pid = d.range(2000, 60_000);
  const from = `10.10.8.${d.pick([19, 24, 25])}`;
  const port = d.range(40_000, 65_000);
  const auth = { host, facility: "auth", severity: "info" } as const;
  emitSyslog(ctx, {
    ...auth,
    atUs,
    process: "sshd",
    pid,
    text: `Accepted publickey for ${user} from ${from} port ${port} ssh2: ED25519 SHA256:${d.hex(43)}`,
  });
  emitSyslog(ctx, {
    ...auth,
    atUs: atUs + 90_000,
    process: "sshd",
    pid,
    text: `pam_unix(sshd:session): session opened for user ${user}(uid=${1000 + admins.indexOf(user)}) by (uid=0)`,
  });
  for (let i = d.int(3), later = atUs; i > 0; i--) {
    later += d.range(20, 400) * secondUs;
    emitSudo(ctx, {
      host,
      atUs: later,
      user,
      command: d.pick(sudoCommands),
      directory: `/home/${user}`,
      pid: pid + 11,
    });
  }
  emitSyslog(ctx, {
    ...auth,
    atUs: atUs + d.range(20, 90) * minuteUs,
    process: "sshd",
    pid,
    text: `pam_unix(sshd:session): session closed for user ${user}`,
  });
}

export interface SudoUse {
  readonly host: Host;
  readonly atUs: number;
  readonly user: string;
  readonly command: string;
  readonly directory: string;
  readonly pid: number;
}

export function emitSudo(ctx: Context, s: SudoUse, tag?: string): void {
  const text = `${s.user} : TTY=pts/0 ; PWD=${s.directory} ; USER=root ; COMMAND=${s.command}`;
  const base = { host: s.host, facility: "authpriv", process: "sudo", pid: s.pid } as const;
  emitSyslog(ctx, { ...base, atUs: s.atUs, severity: "notice", text }, tag);
  emitSyslog(
    ctx,
    {
      ...base,
      atUs: s.atUs + 4000,
      severity: "info",
      text: `pam_unix(sudo:session): session opened for user root(uid=0) by ${s.user}(uid=1000)`,
    },
    tag,
  );
}

/** One auditd record as the agent forwards it. */
export function auditdText(kind: string, stampUs: number, serial: number, fields: string): string {
  return `type=${kind} msg=audit(${(stampUs / 1_000_000).toFixed(3)}:${serial}): ${fields}`;
}

function auditLine(ctx: Context, host: Host, atUs: number, d: Draw): void {
  const serial = d.range(1000, 900_000);
  const exe = d.pick([
    "/usr/bin/python3.10",
    "/usr/bin/bash",
    "/usr/sbin/cron",
    "/usr/bin/dpkg",
    "/opt/contoso/bin/agent",
  ]);
  const fields = `arch=c000003e syscall=59 success=yes exit=0 ppid=${d.range(1, 9999)} pid=${d.range(1000, 60_000)} auid=4294967295 uid=0 gid=0 comm="${exe.slice(exe.lastIndexOf("/") + 1)}" exe="${exe}" key="exec"`;
  emitSyslog(ctx, {
    host,
    atUs,
    facility: "user",
    severity: "info",
    process: "audisp-syslog",
    pid: 611,
    text: auditdText("SYSCALL", atUs, serial, fields),
  });
}

/** Trap: the vulnerability scanner tries names on every host. */
function scannerKnock(ctx: Context, host: Host, atUs: number, d: Draw): void {
  const text = `Invalid user ${d.pick(["admin", "test", "oracle", "guest"])} from 10.10.9.9 port ${d.range(30_000, 60_000)}`;
  emitSyslog(
    ctx,
    { host, atUs, facility: "auth", severity: "info", process: "sshd", pid: d.range(2000, 60_000), text },
    "trap-vulnerability-scanner",
  );
}
