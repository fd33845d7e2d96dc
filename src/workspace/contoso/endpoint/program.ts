/** What people run, by department, with the command lines these programs really have. */
import { hashText, weighted } from "../hash.js";
import type { Draw } from "../hash.js";
import type { ServiceName } from "../world/internet.js";
import type { Department } from "../world/person.js";
import { imageAt } from "./image.js";
import type { Image, ImageName } from "./image.js";

/** `{doc}` a document, `{user}` the SAM name, `{n}` a number, `{hex}` hexadecimal, `{host}` a server, `{guid}` an id. */
export interface Program {
  readonly image: ImageName;
  readonly arguments: readonly string[];
  /** Services it talks to; "web" stands for the benign Internet. */
  readonly net?: readonly (ServiceName | "web")[];
  /** Programs it starts sometimes. */
  readonly children?: readonly ProgramName[];
  /** Kind of file it writes. */
  readonly writes?: "document" | "download" | "code" | "cache";
  readonly parent?: "explorer" | "svchost" | "services";
}

export const programs = {
  edge: {
    image: "edge",
    arguments: [
      "--profile-directory=Default",
      "--single-argument https://{site}/",
      "--type=renderer --lang=en-US --renderer-client-id={n}",
    ],
    net: ["web", "web", "web", "search", "edge"],
    writes: "download",
  },
  chrome: {
    image: "chrome",
    arguments: [
      "",
      "--type=renderer --lang=en-US --device-scale-factor=1 --renderer-client-id={n}",
      "--type=utility --utility-sub-type=network.mojom.NetworkService",
    ],
    net: ["web", "web", "web"],
    writes: "download",
  },
  outlook: {
    image: "outlook",
    arguments: ["", "/recycle", "-Embedding"],
    net: ["outlook", "outlook", "login"],
    children: ["edge", "winword", "excel", "acrobat"],
    writes: "cache",
  },
  teams: {
    image: "teams",
    arguments: ["", "ms-teams:system-initiated", "msteams://l/meetup-join/19:meeting_{hex}"],
    net: ["teams", "teams"],
  },
  word: {
    image: "winword",
    arguments: ['/n "{doc}.docx" /o ""', "/Automation -Embedding", '/n "{doc}.docx"'],
    net: ["sharepoint"],
    writes: "document",
  },
  winword: {
    image: "winword",
    arguments: [
      '/n "C:\\Users\\{user}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\{hex8}\\{word}.docx" /o ""',
    ],
    writes: "document",
  },
  excel: {
    image: "excel",
    arguments: ['"{doc}.xlsx"', "/dde", '"C:\\Users\\{user}\\OneDrive - Contoso\\{word}.xlsx"'],
    net: ["sharepoint", "onedrive"],
    writes: "document",
  },
  powerpoint: {
    image: "powerpnt",
    arguments: ['"{doc}.pptx" /ou ""', '/s "{doc}.pptx"'],
    net: ["sharepoint"],
    writes: "document",
  },
  acrobat: { image: "acrobat", arguments: ['"{doc}.pdf"', '"C:\\Users\\{user}\\Downloads\\{word}.pdf"'] },
  onedrive: {
    image: "onedrive",
    arguments: ["/background", "/cci /client=Personal"],
    net: ["onedrive", "onedrive"],
    writes: "document",
  },
  zoom: { image: "zoom", arguments: ['"--url=zoommtg://zoom.example/join?confno={n}"'], net: ["meeting"] },
  sap: { image: "sap", arguments: ["", "/INI_FILE=C:\\ProgramData\\SAP\\saplogon.ini"], net: [] },
  vscode: {
    image: "vscode",
    arguments: ["", "--type=renderer --enable-sandbox", "C:\\src\\platform"],
    net: ["code", "packages"],
    children: ["git", "node", "powershellDev"],
    writes: "code",
  },
  git: {
    image: "git",
    arguments: ["fetch --prune origin", "status -z -uall", "rev-parse --show-toplevel", "log --format=%H -n 1"],
    net: ["code"],
  },
  node: {
    image: "node",
    arguments: [
      "C:\\src\\platform\\node_modules\\typescript\\bin\\tsc -p .",
      "server.js --port {n}",
      "C:\\src\\platform\\node_modules\\.bin\\vitest run",
    ],
    net: ["packages"],
  },
  python: {
    image: "python",
    arguments: [
      "-m pip install -r requirements.txt",
      "manage.py runserver",
      "C:\\src\\tools\\report_{n}.py",
      '-c "import sys; print(sys.version)"',
    ],
    net: ["packages"],
    writes: "code",
  },
  powershellDev: {
    image: "powershell",
    arguments: [
      "-NoLogo -NoExit -Command \"try { . 'C:\\Program Files\\Microsoft VS Code\\shellIntegration.ps1' } catch {}\"",
      "-NoProfile -ExecutionPolicy Bypass -File C:\\src\\platform\\build.ps1",
    ],
  },
  powershellAdmin: {
    image: "powershell",
    arguments: [
      "",
      '-NoProfile -Command "Get-ADUser -Filter * -Properties LastLogonDate"',
      "-File \\\\FS01\\it$\\scripts\\Check-Disk.ps1 -ComputerName {host}",
      "Test-NetConnection {host} -Port 3389",
      "-Command Get-Service -ComputerName {host}",
    ],
    net: [],
    children: ["ipconfig", "ping", "nslookup"],
  },
  cmd: {
    image: "cmd",
    arguments: [
      "/c ver",
      '/c "net use H: \\\\FS01\\home\\{user} /persistent:no"',
      "",
      '/c "C:\\Program Files (x86)\\Legacy\\import.bat" {n}',
    ],
    children: ["ipconfig", "ping", "whoami"],
  },
  whoami: { image: "whoami", arguments: ["", "/upn"] },
  ipconfig: { image: "ipconfig", arguments: ["/all", "/flushdns", ""] },
  ping: { image: "ping", arguments: ["{host}", "-n 4 10.10.8.10", "-t {host}"] },
  nslookup: { image: "nslookup", arguments: ["{host}.contoso.example", "{host}"] },
  systeminfo: { image: "systeminfo", arguments: ["", "/s {host}"] },
  tasklist: { image: "tasklist", arguments: ["/svc", "/m"] },
  mstsc: { image: "mstsc", arguments: ["/v:{host}", '"C:\\Users\\{user}\\Documents\\{host}.rdp"'], net: [] },
  ssms: { image: "ssms", arguments: ["", "-S SQL01 -d Ledger -E"], net: [] },
  ssh: {
    image: "ssh",
    arguments: ["{user}@lnx-web0{digit}", "-i C:\\Users\\{user}\\.ssh\\id_ed25519 {user}@lnx-job01"],
  },
  notepad: { image: "notepad", arguments: ['"C:\\Users\\{user}\\Desktop\\{word}.txt"', ""] },
  sevenZip: {
    image: "sevenZip",
    arguments: [
      'x "C:\\Users\\{user}\\Downloads\\{word}.zip" -o"C:\\Users\\{user}\\Downloads\\{word}"',
      'a -tzip "{word}.zip" "{word}"',
    ],
  },
  runtimeBroker: { image: "runtimeBroker", arguments: ["-Embedding"], parent: "svchost" },
  dllhost: { image: "dllhost", arguments: ["/Processid:{{guid}}"], parent: "svchost" },
  backgroundTask: {
    image: "backgroundTask",
    arguments: ["-ServerName:App.AppX{hex}.mca", "-ServerName:CortanaUI.AppX{hex}.mca"],
    parent: "svchost",
    net: ["telemetryVendor"],
  },
  taskhostw: { image: "taskhostw", arguments: ["", "Install $(Arg0)", "/RuntimeWide"], parent: "svchost" },
  searchProtocol: {
    image: "searchProtocol",
    arguments: [
      'Global\\UsGthrFltPipeMssGthrPipe{n}_ Global\\UsGthrCtrlFltPipeMssGthrPipe{n} 1 -2147483646 "Software\\Microsoft\\Windows Search" "Mozilla/4.0"',
    ],
    parent: "svchost",
  },
  wmiprvse: { image: "wmiprvse", arguments: ["-secured -Embedding", "-Embedding"], parent: "svchost" },
  gpupdate: { image: "gpupdate", arguments: ["/force", "/target:computer"], parent: "svchost" },
  mpCmdRun: {
    image: "mpCmdRun",
    arguments: ["SignatureUpdate -ScheduleJob -RestrictPrivileges", "GetDeviceTicket -AccessKey {guid}"],
    parent: "services",
    net: ["defender"],
  },
  updater: {
    image: "svchost",
    arguments: [
      "-k netsvcs -p -s wuauserv",
      "-k netsvcs -p -s BITS",
      "-k NetworkService -p -s Dnscache",
      "-k LocalService -p -s nsi",
    ],
    parent: "services",
    net: ["update", "telemetryVendor"],
  },
  audiodg: { image: "audiodg", arguments: ["0x{hex4} 0x{hex4}"], parent: "svchost" },
} as const satisfies Record<string, ProgramLike>;
export type ProgramName = keyof typeof programs;
/** The shape of a row while `ProgramName` is being derived from the rows. */
interface ProgramLike extends Omit<Program, "children"> {
  readonly children?: readonly string[];
}

export const programOf = (name: ProgramName): Program => programs[name];

type Menu = readonly (readonly [number, ProgramName])[];
const everyone: Menu = [
  [16, "edge"],
  [9, "chrome"],
  [9, "outlook"],
  [6, "teams"],
  [5, "word"],
  [6, "excel"],
  [2, "powerpoint"],
  [4, "acrobat"],
  [3, "onedrive"],
  [1.5, "zoom"],
  [1.2, "notepad"],
  [0.5, "sevenZip"],
  [0.7, "cmd"],
];
const system: Menu = [
  [8, "runtimeBroker"],
  [5, "dllhost"],
  [6, "backgroundTask"],
  [4, "taskhostw"],
  [5, "searchProtocol"],
  [3, "wmiprvse"],
  [1, "gpupdate"],
  [2.5, "mpCmdRun"],
  [5, "updater"],
  [1, "audiodg"],
];
const extra: Readonly<Partial<Record<Department, Menu>>> = {
  Finance: [
    [14, "excel"],
    [5, "sap"],
    [3, "ssms"],
  ],
  Engineering: [
    [14, "vscode"],
    [12, "git"],
    [10, "node"],
    [6, "python"],
    [4, "powershellDev"],
    [2, "ssh"],
    [3, "cmd"],
  ],
  IT: [
    [10, "powershellAdmin"],
    [5, "cmd"],
    [4, "mstsc"],
    [2, "systeminfo"],
    [2, "tasklist"],
    [2, "ipconfig"],
    [2, "ping"],
    [1, "nslookup"],
    [2, "ssh"],
  ],
  Operations: [
    [8, "sap"],
    [3, "excel"],
  ],
  Sales: [
    [6, "powerpoint"],
    [5, "zoom"],
  ],
  Support: [
    [3, "mstsc"],
    [2, "cmd"],
    [1, "ping"],
  ],
};

const pickAnyone = weighted([...everyone, ...system]);
const menus = new Map(
  Object.entries(extra).map(([department, own]) => [department, weighted([...everyone, ...system, ...own])]),
);
export function pickProgram(department: Department, d: Draw): ProgramName {
  return (menus.get(department) ?? pickAnyone)(d);
}

const words =
  "budget forecast minutes invoice contract roadmap offer payroll audit plan summary notes orders inventory draft review schedule résumé 見積書 relatório".split(
    " ",
  );
const shares = [
  "\\\\FS01\\finance\\",
  "\\\\FS01\\projects\\",
  "\\\\FS02\\public\\",
  "C:\\Users\\{user}\\Documents\\",
  "C:\\Users\\{user}\\OneDrive - Contoso\\",
];
const hosts = ["FS01", "FS02", "SQL01", "APP03", "APP07", "WEB01", "PRT01", "EX01"];

export function documentName(d: Draw): string {
  return `${d.pick(words)}${d.chance(0.5) ? `-${d.range(1, 48)}` : ""}${d.chance(0.1) ? " (final)" : ""}`;
}

/** Fills the holes of an argument template. */
export function fillArguments(
  template: string,
  d: Draw,
  facts: { readonly user: string; readonly site: string },
): string {
  if (!template.includes("{")) return template;
  return template
    .replaceAll("{doc}", () => d.pick(shares) + documentName(d))
    .replaceAll("{word}", () => documentName(d))
    .replaceAll("{user}", facts.user)
    .replaceAll("{site}", facts.site)
    .replaceAll("{host}", () => d.pick(hosts))
    .replaceAll("{n}", () => String(d.range(3, 9999)))
    .replaceAll("{digit}", () => String(d.range(1, 8)))
    .replaceAll("{hex8}", () => d.hex(8).toUpperCase())
    .replaceAll("{hex4}", () => d.hex(3))
    .replaceAll("{hex}", () => d.hex(16))
    .replaceAll("{guid}", () => d.guid().toUpperCase());
}

const vendors = ["Meridian", "Brightpath", "Kestrel", "Quorum", "Halcyon", "Tessera", "Northgate", "Solano"];
const tools = ["Sync", "Viewer", "Update", "Connector", "Toolbox", "Label", "Scan", "Export"];

/** A program that hardly anybody has: the long tail. Some are in odd or misspelt places. */
export function rareImage(d: Draw): Image {
  const [vendor, tool] = [d.pick(vendors), d.pick(tools)];
  const file = `${vendor}${tool}${d.chance(0.3) ? String(d.range(2, 99)) : ""}.exe`;
  const folders = [
    `C:\\Program Files\\${vendor}\\`,
    `C:\\Program Files (x86)\\${vendor} ${tool}\\`,
    `C:\\Progam Files\\${vendor}\\`,
    `D:\\Tools\\${vendor}\\`,
    `C:\\ProgramData\\${vendor}\\bin\\`,
  ];
  const path = d.pick(folders) + file;
  // By the path, so that whoever has this file has the same one.
  const isSigned = hashText(path) % 5 !== 0;
  return imageAt(path, isSigned ? `${vendor} Software` : "", `${vendor} ${tool}`, `${vendor} ${tool}`);
}

/** A command line as Windows shows it: quoted path, then arguments. */
export function commandLineOf(of: Image, argument: string): string {
  const path = of.path.includes(" ")
    ? `"${of.path}"`
    : of.path.startsWith("C:\\Windows\\System32\\")
      ? of.fileName
      : of.path;
  return argument === "" ? path : `${path} ${argument}`;
}
