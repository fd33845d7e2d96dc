/** Executable files: where they are, who made them and their hashes. A function of path and version. */
import { Draw, hashText } from "../hash.js";

export interface Image {
  readonly fileName: string;
  /** Full path as Windows shows it. */
  readonly path: string;
  readonly company: string;
  readonly product: string;
  readonly description: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha1: string;
  readonly md5: string;
}

const sys = "C:\\Windows\\System32\\";
const ms = "Microsoft Corporation";
const winos = "Microsoft® Windows® Operating System";
const windows = (fileName: string, description: string): readonly [string, string, string, string] => [
  sys + fileName,
  ms,
  winos,
  description,
];

/** path, company, product, description */
const known = {
  System: ["System", ms, winos, "System"],
  smss: windows("smss.exe", "Windows Session Manager"),
  csrss: windows("csrss.exe", "Client Server Runtime Process"),
  wininit: windows("wininit.exe", "Windows Start-Up Application"),
  winlogon: windows("winlogon.exe", "Windows Logon Application"),
  services: windows("services.exe", "Services and Controller app"),
  lsass: windows("lsass.exe", "Local Security Authority Process"),
  svchost: windows("svchost.exe", "Host Process for Windows Services"),
  userinit: windows("userinit.exe", "Userinit Logon Application"),
  explorer: ["C:\\Windows\\explorer.exe", ms, winos, "Windows Explorer"],
  taskhostw: windows("taskhostw.exe", "Host Process for Windows Tasks"),
  dllhost: windows("dllhost.exe", "COM Surrogate"),
  conhost: windows("conhost.exe", "Console Window Host"),
  cmd: windows("cmd.exe", "Windows Command Processor"),
  powershell: [`${sys}WindowsPowerShell\\v1.0\\powershell.exe`, ms, winos, "Windows PowerShell"],
  rundll32: windows("rundll32.exe", "Windows host process (Rundll32)"),
  regsvr32: windows("regsvr32.exe", "Microsoft(C) Register Server"),
  reg: windows("reg.exe", "Registry Console Tool"),
  net: windows("net.exe", "Net Command"),
  net1: windows("net1.exe", "Net Command"),
  nltest: windows("nltest.exe", "Microsoft® Logon Server Test Utility"),
  whoami: windows("whoami.exe", "whoami - displays logged on user information"),
  quser: windows("quser.exe", "Query User Utility"),
  ipconfig: windows("ipconfig.exe", "IP Configuration Utility"),
  ping: windows("PING.EXE", "TCP/IP Ping Command"),
  nslookup: windows("nslookup.exe", "nslookup"),
  systeminfo: windows("systeminfo.exe", "Displays system information"),
  tasklist: windows("tasklist.exe", "Lists the current running tasks"),
  schtasks: windows("schtasks.exe", "Task Scheduler Configuration Tool"),
  sc: windows("sc.exe", "Service Control Manager Configuration Tool"),
  gpupdate: windows("gpupdate.exe", "Microsoft® Group Policy Update Utility"),
  wmiprvse: ["C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", ms, winos, "WMI Provider Host"],
  msiexec: windows("msiexec.exe", "Windows® installer"),
  wevtutil: windows("wevtutil.exe", "Eventing Command Line Utility"),
  mstsc: windows("mstsc.exe", "Remote Desktop Connection"),
  notepad: windows("notepad.exe", "Notepad"),
  runtimeBroker: windows("RuntimeBroker.exe", "Runtime Broker"),
  searchIndexer: windows("SearchIndexer.exe", "Microsoft Windows Search Indexer"),
  searchProtocol: windows("SearchProtocolHost.exe", "Microsoft Windows Search Protocol Host"),
  backgroundTask: windows("backgroundTaskHost.exe", "Background Task Host"),
  audiodg: windows("audiodg.exe", "Windows Audio Device Graph Isolation"),
  spoolsv: windows("spoolsv.exe", "Spooler SubSystem App"),
  robocopy: windows("Robocopy.exe", "Microsoft Robocopy"),
  ssh: ["C:\\Windows\\System32\\OpenSSH\\ssh.exe", "", "OpenSSH for Windows", ""],
  defender: [
    "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24090.11-0\\MsMpEng.exe",
    ms,
    winos,
    "Antimalware Service Executable",
  ],
  mpCmdRun: [
    "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24090.11-0\\MpCmdRun.exe",
    ms,
    winos,
    "Microsoft Malware Protection Command Line Utility",
  ],
  sense: [
    "C:\\Program Files\\Windows Defender Advanced Threat Protection\\MsSense.exe",
    ms,
    winos,
    "Windows Defender Advanced Threat Protection Service Executable",
  ],
  edge: ["C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", ms, "Microsoft Edge", "Microsoft Edge"],
  chrome: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "Google LLC",
    "Google Chrome",
    "Google Chrome",
  ],
  outlook: [
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE",
    ms,
    "Microsoft Office",
    "Microsoft Outlook",
  ],
  winword: [
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
    ms,
    "Microsoft Office",
    "Microsoft Word",
  ],
  excel: ["C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE", ms, "Microsoft Office", "Microsoft Excel"],
  powerpnt: [
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\POWERPNT.EXE",
    ms,
    "Microsoft Office",
    "Microsoft PowerPoint",
  ],
  teams: [
    "C:\\Program Files\\WindowsApps\\MSTeams_24277.3502.3161.3007_x64__8wekyb3d8bbwe\\ms-teams.exe",
    ms,
    "Microsoft Teams",
    "Microsoft Teams",
  ],
  onedrive: ["C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe", ms, "Microsoft OneDrive", "Microsoft OneDrive"],
  acrobat: [
    "C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe",
    "Adobe Systems Incorporated",
    "Adobe Acrobat",
    "Adobe Acrobat",
  ],
  zoom: ["C:\\Program Files\\Zoom\\bin\\Zoom.exe", "Zoom Video Communications, Inc.", "Zoom", "Zoom Meetings"],
  sap: ["C:\\Program Files (x86)\\SAP\\FrontEnd\\SAPgui\\saplogon.exe", "SAP SE", "SAP GUI", "SAP Logon"],
  vscode: ["C:\\Program Files\\Microsoft VS Code\\Code.exe", ms, "Visual Studio Code", "Visual Studio Code"],
  git: ["C:\\Program Files\\Git\\cmd\\git.exe", "The Git Development Community", "Git", "Git for Windows"],
  node: ["C:\\Program Files\\nodejs\\node.exe", "Node.js", "Node.js", "Node.js JavaScript Runtime"],
  python: ["C:\\Program Files\\Python312\\python.exe", "Python Software Foundation", "Python", "Python"],
  msbuild: [
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\BuildTools\\MSBuild\\Current\\Bin\\MSBuild.exe",
    ms,
    "Microsoft® Build Tools®",
    "MSBuild.exe",
  ],
  compiler: [
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\BuildTools\\VC\\Tools\\MSVC\\14.41.34120\\bin\\Hostx64\\x64\\cl.exe",
    ms,
    "Microsoft® Visual Studio®",
    "Microsoft® C/C++ Compiler Driver",
  ],
  linker: [
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\BuildTools\\VC\\Tools\\MSVC\\14.41.34120\\bin\\Hostx64\\x64\\link.exe",
    ms,
    "Microsoft® Visual Studio®",
    "Microsoft® Incremental Linker",
  ],
  ssms: [
    "C:\\Program Files (x86)\\Microsoft SQL Server Management Studio 19\\Common7\\IDE\\Ssms.exe",
    ms,
    "Microsoft SQL Server Management Studio",
    "SSMS",
  ],
  sqlservr: [
    "C:\\Program Files\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe",
    ms,
    "Microsoft SQL Server",
    "SQL Server Windows NT - 64 Bit",
  ],
  sqlcmd: [
    "C:\\Program Files\\Microsoft SQL Server\\Client SDK\\ODBC\\170\\Tools\\Binn\\SQLCMD.EXE",
    ms,
    "Microsoft SQL Server",
    "T-SQL execution command line utility",
  ],
  w3wp: ["C:\\Windows\\System32\\inetsrv\\w3wp.exe", ms, "Internet Information Services", "IIS Worker Process"],
  transport: [
    "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\Bin\\EdgeTransport.exe",
    ms,
    "Microsoft® Exchange",
    "Microsoft Exchange Transport",
  ],
  miiserver: [
    "C:\\Program Files\\Microsoft Azure AD Sync\\Bin\\miiserver.exe",
    ms,
    "Microsoft Entra Connect Sync",
    "Microsoft Entra Connect Sync Service",
  ],
  dns: windows("dns.exe", "Domain Name System (DNS) Server"),
  agent: [
    "C:\\Program Files\\Contoso\\Endpoint Management\\EpmAgent.exe",
    "Contoso IT",
    "Endpoint Management",
    "Endpoint Management Agent",
  ],
  fleet: [
    "C:\\Program Files\\FleetPulse\\fleetpulse.exe",
    "FleetPulse Inc.",
    "FleetPulse Telemetry",
    "FleetPulse telemetry agent",
  ],
  backup: ["C:\\Program Files\\Contoso\\Backup\\bkpagent.exe", "Contoso IT", "Backup Agent", "Backup Agent"],
  sevenZip: ["C:\\Program Files\\7-Zip\\7z.exe", "Igor Pavlov", "7-Zip", "7-Zip Console"],
  buildAgent: ["C:\\BuildAgent\\bin\\Agent.Worker.exe", ms, "Azure Pipelines Agent", "Agent.Worker"],
  wucore: ["C:\\ProgramData\\WinUpd\\winupdsvc.exe", "", "", ""],
} as const satisfies Record<string, readonly [string, string, string, string]>;
export type ImageName = keyof typeof known;

/** Hashes are made from the path and version; they are no real file's. */
export function imageAt(path: string, company = "", product = "", description = ""): Image {
  const d = new Draw(hashText(path));
  const fileName = path.slice(path.lastIndexOf("\\") + 1);
  const version =
    company === ms
      ? `10.0.${d.pick([19041, 22621])}.${d.range(1, 4500)}`
      : `${d.range(1, 24)}.${d.int(12)}.${d.int(9)}.${d.int(999)}`;
  return {
    ...{ fileName, path, company, product, description, version: company === "" ? "" : version },
    ...{ sizeBytes: d.range(20_000, 6_000_000), sha256: d.hex(64), sha1: d.hex(40), md5: d.hex(32) },
  };
}

const images = new Map(
  (Object.keys(known) as ImageName[]).map(name => {
    const [path, company, product, description] = known[name];
    return [name, imageAt(path, company, product, description)];
  }),
);

export function image(name: ImageName): Image {
  return images.get(name)!;
}
