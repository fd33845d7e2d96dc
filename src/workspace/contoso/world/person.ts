/** The people of Contoso: who they are in every directory, where they sit and what they use. */
import { draw, weighted } from "../hash.js";
import type { Draw } from "../hash.js";
import { accountPart, givenNames, surnames } from "./names.js";
import { homeNets, siteIds, sites } from "./site.js";
import type { SiteId } from "./site.js";

export const domain = "contoso.example";
export const domainSid = "S-1-5-21-1004336348-1177238915-682003330";

export type Department =
  | "Finance"
  | "Sales"
  | "Engineering"
  | "Operations"
  | "IT"
  | "Human Resources"
  | "Legal"
  | "Marketing"
  | "Support"
  | "Executive";

/** Someone or something that can sign in: the same account in Windows, Entra ID and logs of both. */
export interface Account {
  readonly sam: string;
  readonly upn: string;
  readonly display: string;
  readonly sid: string;
  readonly objectId: string;
}

export interface Person extends Account {
  readonly index: number;
  readonly given: string;
  readonly surname: string;
  readonly department: Department;
  readonly title: string;
  readonly site: SiteId;
  readonly managerIndex: number;
  /** Index of the workstation, or -1 for people who only use the cloud and a phone. */
  readonly workstation: number;
  readonly homeIp: string;
  readonly mobileIp: string;
  readonly phone: "ios" | "android";
  readonly employeeId: string;
  /** Minutes by which this person's day starts before or after nine o'clock. */
  readonly startShiftMinutes: number;
  /** 0.4 … 2: how much this person does in a day. */
  readonly energy: number;
}

/** People with a part in the story or in a trap; the index fixes their workstation (`WKS-0042` is index 41). */
export const cast = {
  dana: 16,
  marc: 41,
  /** Flies Osaka–Dublin. */
  flyer: 7,
  /** Uses a commercial VPN whose egress moves. */
  roamer: 23,
  /** Creates accounts all day as adm-helpdesk1. */
  helpdesk: 55,
  /** Repairs workstations as adm-desk1. */
  desktopAdmin: 60,
  ceo: 1,
  cfo: 5,
} as const;

type Part = Partial<Pick<Person, "given" | "surname" | "department" | "title" | "site">>;
const parts: Readonly<Record<number, Part>> = {
  [cast.ceo]: {
    given: "Renata",
    surname: "Carter",
    department: "Executive",
    title: "Chief Executive Officer",
    site: "SEA",
  },
  [cast.cfo]: {
    given: "Declan",
    surname: "Byrne",
    department: "Executive",
    title: "Chief Financial Officer",
    site: "DUB",
  },
  [cast.dana]: { given: "Dana", surname: "Reyes", department: "Finance", title: "Finance Manager", site: "DUB" },
  [cast.marc]: { given: "Marc", surname: "Oliver", department: "Finance", title: "Financial Analyst", site: "DUB" },
  [cast.flyer]: { given: "Yuki", surname: "Tanabe", department: "Sales", title: "Sales Director, Asia", site: "OSA" },
  [cast.roamer]: {
    given: "Paulo",
    surname: "Mendes",
    department: "Sales",
    title: "Sales Director, Americas",
    site: "GRU",
  },
  [cast.helpdesk]: { given: "Helen", surname: "Park", department: "IT", title: "Help Desk Lead", site: "SEA" },
  [cast.desktopAdmin]: { given: "Ivan", surname: "Kovač", department: "IT", title: "Desktop Engineer", site: "DUB" },
};

const titles: Readonly<Record<Department, readonly string[]>> = {
  Finance: ["Financial Analyst", "Accountant", "Payroll Specialist", "Treasury Analyst", "Controller"],
  Sales: ["Account Executive", "Sales Engineer", "Account Manager", "Sales Operations Analyst"],
  Engineering: [
    "Software Engineer",
    "Senior Software Engineer",
    "Test Engineer",
    "Engineering Manager",
    "Data Engineer",
  ],
  Operations: ["Logistics Planner", "Plant Supervisor", "Procurement Specialist", "Operations Analyst"],
  IT: ["Systems Administrator", "Network Engineer", "Desktop Engineer", "Security Analyst", "Cloud Engineer"],
  "Human Resources": ["HR Generalist", "Recruiter", "Benefits Specialist"],
  Legal: ["Counsel", "Paralegal", "Contracts Manager"],
  Marketing: ["Marketing Manager", "Designer", "Content Editor", "Event Planner"],
  Support: ["Support Engineer", "Support Agent", "Customer Success Manager"],
  Executive: ["Vice President", "Chief of Staff", "Executive Assistant"],
};

const pickDepartment = weighted<Department>([
  [8, "Finance"],
  [17, "Sales"],
  [24, "Engineering"],
  [18, "Operations"],
  [7, "IT"],
  [4, "Human Resources"],
  [3, "Legal"],
  [6, "Marketing"],
  [11, "Support"],
  [2, "Executive"],
]);
const pickSite = weighted<SiteId>(siteIds.map(id => [sites[id].weight, id] as const));

function hostNumber(d: Draw): string {
  return `${d.range(0, 7)}.${d.range(2, 250)}`;
}

function homeAddress(site: SiteId, d: Draw): string {
  const [offset = "0", last = "2"] = hostNumber(d).split(".");
  return `198.18.${d.pick(homeNets(site)) + Number(offset)}.${last}`;
}

/** Fifteen seats among the first two hundred are finance's in every company: the phishing mail needs its readers. */
const isSeatOfFinance = (index: number): boolean => index < 200 && index % 13 === 3;

function personAt(seed: number, index: number, hosts: number): Person {
  const d = draw(seed, "person", index);
  const part = parts[index] ?? {};
  const given = part.given ?? d.pick(givenNames);
  const surname = part.surname ?? d.pick(surnames);
  const anyDepartment = pickDepartment(d);
  const department = part.department ?? (isSeatOfFinance(index) ? "Finance" : anyDepartment);
  const anywhere = pickSite(d);
  const site = part.site ?? (department === "Finance" ? "DUB" : anywhere);
  const sam = `${accountPart(given)}.${accountPart(surname)}`;
  return {
    ...{ index, given, surname, department, site, sam, upn: `${sam}@${domain}`, display: `${given} ${surname}` },
    title: part.title ?? d.pick(titles[department]),
    sid: `${domainSid}-${1200 + index}`,
    objectId: d.guid(),
    managerIndex: index < 12 ? cast.ceo : d.int(Math.max(12, Math.floor(index / 3))),
    workstation: index < hosts ? index : -1,
    homeIp: homeAddress(site, d),
    mobileIp: homeAddress(site, d),
    phone: d.chance(0.6) ? "ios" : "android",
    employeeId: String(100_000 + index * 7),
    startShiftMinutes: Math.round(d.normal() * 45),
    energy: 0.5 + d.real() * 1.1,
  };
}

/** The first `count` people. Namesakes get a number, so a larger company has the same first people. */
export function createPeople(seed: number, count: number, hosts: number): readonly Person[] {
  const taken = new Map<string, number>(
    Object.values(parts).map(p => [`${accountPart(p.given!)}.${accountPart(p.surname!)}`, 1]),
  );
  return Array.from({ length: count }, (_, index) => {
    const person = personAt(seed, index, hosts);
    if (parts[index] !== undefined) return person;
    const times = taken.get(person.sam) ?? 0;
    taken.set(person.sam, times + 1);
    if (times === 0) return person;
    const sam = `${person.sam}${times + 1}`;
    return { ...person, sam, upn: `${sam}@${domain}` };
  });
}

export type ServiceAccountName = keyof typeof serviceAccountNames;
/** Accounts that are nobody's, and the second accounts of administrators. */
export const serviceAccountNames = {
  "svc-scan": "Vulnerability Scanner",
  "svc-print": "Print Gateway",
  "svc-backup": "Backup Service",
  "svc-sql": "SQL Server Service",
  "svc-build": "Build Agent",
  "svc-mgmt": "Endpoint Management",
  MSOL_sync: "Entra Connect Synchronization",
  "adm-desk1": "Desktop Administration 1",
  "adm-desk2": "Desktop Administration 2",
  "adm-helpdesk1": "Help Desk Administration 1",
  "adm-domain1": "Domain Administration 1",
  "adm-helpdesk2": "Help Desk Administration 2",
  sync_aadc01: "On-Premises Directory Synchronization Service Account",
} as const;

export function createServiceAccounts(seed: number): Readonly<Record<ServiceAccountName, Account>> {
  const entries = Object.entries(serviceAccountNames).map(([sam, display], i) => {
    const account: Account = {
      ...{ sam, display, upn: `${sam.toLowerCase()}@${domain}` },
      sid: `${domainSid}-${sam === "adm-helpdesk2" ? 98_217 : 1101 + i}`,
      objectId: draw(seed, "service-account", i).guid(),
    };
    return [sam, account] as const;
  });
  return Object.fromEntries(entries) as Record<ServiceAccountName, Account>;
}
