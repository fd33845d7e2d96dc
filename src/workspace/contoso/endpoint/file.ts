/** Files, registry values, modules and the many small things that Defender for Endpoint notes. */
import type { Context } from "../context.js";
import type { Draw } from "../hash.js";
import { secondUs } from "../calendar.js";
import { imageAt } from "./image.js";
import { initiating, initiatingForDeviceEvents, reportId } from "./process.js";
import type { Process } from "./process.js";
import { documentName } from "./program.js";
import type { Program } from "./program.js";

export interface FileWrite {
  readonly atUs: number;
  readonly action: "FileCreated" | "FileModified" | "FileRenamed" | "FileDeleted";
  readonly fileName: string;
  /** Folder with a trailing backslash. */
  readonly folder: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha1?: string;
  readonly originUrl?: string;
  readonly originReferrer?: string;
  readonly originIp?: string;
  readonly previousName?: string;
  readonly shareName?: string;
  readonly requestIp?: string;
}

export function emitFileWrite(ctx: Context, p: Process, f: FileWrite, tag?: string): void {
  ctx.emit(
    "DeviceFileEvents",
    f.atUs,
    [
      initiating(p),
      {
        ActionType: f.action,
        FileName: f.fileName,
        FolderPath: f.folder + f.fileName,
        FileSize: f.sizeBytes,
        SHA256: f.sha256,
        SHA1: f.sha1 ?? "",
        FileOriginUrl: f.originUrl ?? "",
        FileOriginReferrerUrl: f.originReferrer ?? "",
        FileOriginIP: f.originIp ?? "",
        PreviousFileName: f.previousName ?? "",
        PreviousFolderPath: f.previousName === undefined ? "" : f.folder,
        ShareName: f.shareName ?? "",
        RequestProtocol: f.requestIp === undefined ? "Local" : "Smb",
        RequestSourceIP: f.requestIp ?? "",
        RequestAccountName: p.principal.name,
        RequestAccountDomain: p.principal.domain,
        RequestAccountSid: p.principal.sid,
        AdditionalFields: { FileType: f.fileName.slice(f.fileName.lastIndexOf(".") + 1) },
        ReportId: reportId(p.pid, f.sizeBytes, f.atUs % 0x7fffffff),
      },
    ],
    tag,
  );
}

type Writes = NonNullable<Program["writes"]>;
const folders: Readonly<Record<Writes, readonly string[]>> = {
  document: [
    "C:\\Users\\{user}\\Documents\\",
    "C:\\Users\\{user}\\OneDrive - Contoso\\",
    "\\\\FS01\\projects\\",
    "\\\\FS01\\finance\\",
  ],
  download: ["C:\\Users\\{user}\\Downloads\\"],
  code: ["C:\\src\\platform\\src\\", "C:\\src\\tools\\", "C:\\src\\platform\\node_modules\\.cache\\"],
  cache: [
    "C:\\Users\\{user}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\",
    "C:\\Users\\{user}\\AppData\\Local\\Temp\\",
  ],
};
const extensions: Readonly<Record<Writes, readonly string[]>> = {
  document: ["docx", "xlsx", "pptx", "pdf", "tmp", "xlsm"],
  download: ["pdf", "zip", "msi", "exe", "csv", "png", "xlsx"],
  code: ["ts", "js", "py", "json", "log"],
  cache: ["tmp", "dat", "docx", "png"],
};

export function emitFile(
  ctx: Context,
  p: Process,
  what: { readonly atUs: number; readonly kind: Writes; readonly d: Draw; readonly user: string },
): void {
  const { d, kind } = what;
  const fileName = `${documentName(d)}.${d.pick(extensions[kind])}`;
  const origin = kind === "download" ? ctx.world.internet.pickSite(d) : undefined;
  const url =
    origin === undefined
      ? {}
      : {
          originUrl: `https://${origin.domain}/files/${fileName}`,
          originReferrer: `https://${origin.domain}/`,
          originIp: origin.ips[0]!,
        };
  const action =
    kind === "download"
      ? "FileCreated"
      : d.pick(["FileCreated", "FileModified", "FileModified", "FileRenamed", "FileDeleted"] as const);
  const renamed = action === "FileRenamed" ? { previousName: `~${d.hex(8)}.tmp` } : {};
  emitFileWrite(ctx, p, {
    atUs: what.atUs,
    action,
    fileName,
    folder: d.pick(folders[kind]).replace("{user}", what.user),
    sizeBytes: d.range(900, 4_000_000),
    sha256: d.hex(64),
    sha1: d.hex(40),
    ...url,
    ...renamed,
  });
}

const modules = [
  "mscoree.dll",
  "clr.dll",
  "urlmon.dll",
  "wininet.dll",
  "amsi.dll",
  "msxml6.dll",
  "vbe7.dll",
  "taskschd.dll",
  "dbghelp.dll",
  "samlib.dll",
  "bcrypt.dll",
  "winhttp.dll",
];

export function emitImageLoad(ctx: Context, p: Process, atUs: number, d: Draw): void {
  const of = imageAt(`C:\\Windows\\System32\\${d.pick(modules)}`, "Microsoft Corporation");
  const file = {
    FileName: of.fileName,
    FolderPath: of.path,
    FileSize: of.sizeBytes,
    SHA256: of.sha256,
    SHA1: of.sha1,
    MD5: of.md5,
  };
  ctx.emit("DeviceImageLoadEvents", atUs, [
    initiating(p),
    {
      ActionType: "ImageLoaded",
      ...file,
      ReportId: reportId(p.pid, atUs % 0x7fffffff),
    },
  ]);
}

const registry = [
  [
    "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
    "OneDrive",
    '"C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe" /background',
    "String",
  ],
  [
    "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Excel\\File MRU",
    "Item 1",
    "[F00000000][T01DB3A][O00000000]*C:\\Users\\Public\\book.xlsx",
    "String",
  ],
  [
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\Microsoft\\Office",
    "Index",
    "3",
    "Dword",
  ],
  ["HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs", "MRUListEx", "", "Binary"],
  ["HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\bam\\State\\UserSettings", "SequenceNumber", "12", "Dword"],
  [
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate",
    "WUServer",
    "https://mgt01.contoso.example:8531",
    "String",
  ],
] as const;

export interface RegistryWrite {
  readonly atUs: number;
  readonly key: string;
  readonly name: string;
  readonly data: string;
  readonly type: string;
  readonly previousData?: string;
}

export function emitRegistryWrite(ctx: Context, p: Process, r: RegistryWrite, tag?: string): void {
  ctx.emit(
    "DeviceRegistryEvents",
    r.atUs,
    [
      initiating(p),
      {
        ActionType: "RegistryValueSet",
        RegistryKey: r.key,
        RegistryValueName: r.name,
        RegistryValueData: r.data,
        RegistryValueType: r.type,
        PreviousRegistryKey: r.key,
        PreviousRegistryValueName: r.name,
        PreviousRegistryValueData: r.previousData ?? "",
        ReportId: reportId(p.pid, r.atUs % 0x7fffffff),
      },
    ],
    tag,
  );
}

export function emitRegistry(ctx: Context, p: Process, atUs: number, d: Draw): void {
  const [key, name, data, type] = d.pick(registry);
  emitRegistryWrite(ctx, p, { atUs, key, name, data, type });
}

const miscellaneous = [
  ["AntivirusScanCompleted", { ScanTypeIndex: "Quick", User: "SYSTEM" }],
  ["AntivirusDefinitionsUpdated", { PreviousVersion: "1.419.112.0" }],
  ["PowerShellCommand", { Command: "Get-Service" }],
  ["UsbDriveMounted", { DriveLetter: "E:", Manufacturer: "Kingston", ProductName: "DataTraveler 3.0" }],
  ["ScreenshotTaken", {}],
  ["FirewallInboundConnectionToAppBlocked", { AppName: "zoom.exe" }],
  ["BrowserLaunchedToOpenUrl", {}],
  ["GetClipboardData", {}],
  ["NtAllocateVirtualMemoryApiCall", { DesiredAccess: "PAGE_READWRITE" }],
  ["OpenProcessApiCall", { DesiredAccess: 4096, TotalBytesCopied: 0 }],
  ["ScheduledTaskUpdated", { TaskName: "\\Microsoft\\Office\\Office Automatic Updates 2.0" }],
] as const;

/** A handful of DeviceEvents rows per day: most of the table is noise of this kind. */
export function emitMiscellaneous(ctx: Context, p: Process, fromUs: number, d: Draw): void {
  for (let i = d.count(1.4 * ctx.activity); i > 0; i--) {
    const [action, fields] = d.pick(miscellaneous);
    const atUs = fromUs + d.int(26_000) * secondUs;
    emitDeviceEvent(ctx, p, {
      atUs,
      action,
      fields,
      url: action === "BrowserLaunchedToOpenUrl" ? `https://${ctx.world.internet.pickSite(d).domain}/` : undefined,
    });
  }
}

export interface DeviceEvent {
  readonly atUs: number;
  readonly action: string;
  readonly fields: object;
  readonly url?: string | undefined;
  readonly fileName?: string;
  readonly folderPath?: string;
  readonly processId?: number;
  readonly commandLine?: string;
  readonly sha256?: string;
}

export function emitDeviceEvent(ctx: Context, p: Process, e: DeviceEvent, tag?: string): void {
  ctx.emit(
    "DeviceEvents",
    e.atUs,
    [
      initiatingForDeviceEvents(p),
      {
        ActionType: e.action,
        RemoteUrl: e.url ?? "",
        FileName: e.fileName ?? "",
        FolderPath: e.folderPath ?? "",
        SHA256: e.sha256 ?? "",
        ProcessId: e.processId ?? null,
        ProcessCommandLine: e.commandLine ?? "",
        AdditionalFields: e.fields,
        ReportId: reportId(p.pid, e.atUs % 0x7fffffff),
      },
    ],
    tag,
  );
}
