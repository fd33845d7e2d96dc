/** What the documentation's examples run on: a small Contoso, and a folder of Windows events that are ours. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createSession, type Session } from "../../src/index.js";
import { contosoDir, generateDemo } from "../../src/session/demo.js";
import { smallPack } from "../../src/enrich/geo/small-pack.js";
import { planIngest, runIngest } from "../../src/workspace/index.js";

export const now = "2026-01-13T18:00:00.000Z";

export interface World {
  readonly root: string;
  readonly dataDir: string;
  /** Folder of a workspace by the name that pages use for it. */
  readonly workspaces: Readonly<Record<string, string>>;
  readonly session: Session;
  close(): Promise<void>;
}

const event = (minute: number, fields: Readonly<Record<string, unknown>>) => ({
  TimeCreated: `2024-03-05T10:${String(minute).padStart(2, "0")}:00.000Z`,
  Hostname: "ws7.example.test",
  ...fields,
});
const sysmon = (minute: number, fields: Readonly<Record<string, unknown>>) =>
  event(minute, {
    Channel: "Microsoft-Windows-Sysmon/Operational",
    SourceName: "Microsoft-Windows-Sysmon",
    UtcTime: `2024-03-05 10:${String(minute).padStart(2, "0")}:00.000`,
    ...fields,
  });
const security = (minute: number, fields: Readonly<Record<string, unknown>>) =>
  event(minute, { Channel: "Security", SourceName: "Microsoft-Windows-Security-Auditing", ...fields });

/** One access to the memory of LSASS between two that are not, and the process it came from. */
const windowsEvents = [
  sysmon(1, {
    EventID: 1,
    Image: "C:\\Users\\ann\\tool.exe",
    ProcessGuid: "{00000000-0000-0000-0000-000000000007}",
    CommandLine: "tool.exe -x",
    ParentImage: "C:\\Windows\\explorer.exe",
    User: "LAB\\ann",
  }),
  sysmon(2, {
    EventID: 10,
    SourceImage: "C:\\Windows\\System32\\svchost.exe",
    SourceProcessGUID: "{00000000-0000-0000-0000-000000000001}",
    TargetImage: "C:\\Windows\\System32\\lsass.exe",
    GrantedAccess: "0x1000",
    CallTrace: "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4",
    SourceUser: "NT AUTHORITY\\SYSTEM",
  }),
  sysmon(3, {
    EventID: 10,
    SourceImage: "C:\\Users\\ann\\tool.exe",
    SourceProcessGUID: "{00000000-0000-0000-0000-000000000007}",
    TargetImage: "C:\\Windows\\System32\\lsass.exe",
    GrantedAccess: "0x1410",
    CallTrace: "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|UNKNOWN(0000000003381234)",
    SourceUser: "LAB\\ann",
  }),
  sysmon(4, {
    EventID: 8,
    SourceImage: "C:\\Users\\ann\\tool.exe",
    TargetImage: "C:\\Windows\\System32\\svchost.exe",
    StartModule: "-",
    TargetProcessId: "1400",
  }),
  sysmon(4, {
    EventID: 3,
    Image: "C:\\Users\\ann\\tool.exe",
    ProcessGuid: "{00000000-0000-0000-0000-000000000007}",
    DestinationIp: "203.0.113.9",
    DestinationPort: "443",
  }),
  security(3, {
    EventID: 4656,
    ObjectName: "\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe",
    ProcessName: "C:\\Users\\ann\\tool.exe",
    AccessMask: "0x1410",
    SubjectUserName: "ann",
    SubjectDomainName: "LAB",
  }),
  security(3, {
    EventID: 4663,
    ObjectName: "\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe",
    ProcessName: "C:\\Users\\ann\\tool.exe",
    AccessMask: "0x10",
    SubjectUserName: "ann",
    SubjectDomainName: "LAB",
  }),
  security(5, { EventID: 4624, LogonType: 3, TargetUserName: "ann", TargetDomainName: "LAB", IpAddress: "192.0.2.4" }),
];

const connLog = [
  "#separator \\x09",
  "#set_separator\t,",
  "#empty_field\t(empty)",
  "#unset_field\t-",
  "#path\tconn",
  "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes",
  "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount",
  "1709633040.500000\tC1\t192.0.2.7\t50000\t203.0.113.9\t443\ttcp\tssl\t12.5\t900\t4000",
  "",
].join("\n");

export async function createWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "huntbook-docs-"));
  const dataDir = join(root, "data");
  mkdirSync(join(root, "logs"), { recursive: true });
  mkdirSync(dataDir);
  writeFileSync(join(root, "msticpyconfig.yaml"), "Huntbook: {}\n");
  writeFileSync(join(root, "logs/events.json"), `${windowsEvents.map(e => JSON.stringify(e)).join("\n")}\n`);
  writeFileSync(join(root, "logs/conn.log"), connLog);
  const before = process.env["MSTICPYCONFIG"];
  process.env["MSTICPYCONFIG"] = join(root, "msticpyconfig.yaml");
  // A few places, so that no database is fetched.
  mkdirSync(join(dataDir, "geo"), { recursive: true });
  writeFileSync(join(dataDir, "geo/places-1.pack"), smallPack());
  await generateDemo({ dir: contosoDir(dataDir), rows: 30_000, nowMs: Date.parse(now), onProgress: () => undefined });
  const windows = join(root, "windows");
  await runIngest(await planIngest([join(root, "logs")], { workspace: windows }), windows);
  const session = createSession({ dataDir, now });
  return {
    root,
    dataDir,
    workspaces: { contoso: contosoDir(dataDir), windows },
    session,
    close: async () => {
      await session.close();
      if (before === undefined) delete process.env["MSTICPYCONFIG"];
      else process.env["MSTICPYCONFIG"] = before;
      rmSync(root, { recursive: true, force: true });
    },
  };
}
