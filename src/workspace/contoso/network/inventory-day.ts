/** Roll calls: heartbeats, devices, network adapters, identities. */
import { dayUs, hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Host } from "../world/host.js";
import { addressOf } from "../world/host.js";
import { cast } from "../world/person.js";
import type { Account, Person } from "../world/person.js";
import { sites } from "../world/site.js";
import { workdayOf } from "../world/workday.js";

export const inventoryDay: DayGenerator = function* (ctx, day) {
  heartbeats(ctx, day);
  yield;
  for (const host of [...ctx.world.workstations, ...ctx.world.servers, ...ctx.world.linux]) {
    const isOn = host.owner === undefined || workdayOf(ctx, host.owner, day) !== undefined;
    if (isOn && (day + 13 + host.index) % 3 === 0) deviceInfo(ctx, host, day);
    if (isOn && (day + 13 + host.index) % 7 === 0) networkInfo(ctx, host, day);
    if (host.index % 50 === 0) yield;
  }
  if (day === -13 || day === -6) for (const person of ctx.world.people) identityInfo(ctx, person, day);
  if (day === -13 || day === -6)
    for (const account of Object.values(ctx.world.accounts))
      if (account.sam !== "adm-helpdesk2") serviceIdentity(ctx, account, day);
  yield;
};

/** Every few hours in the small tenant, every minute in large ones: a heartbeat says which agents are alive. */
function heartbeats(ctx: Context, day: number): void {
  const everyMinutes = Math.max(1, Math.min(240, Math.round(240 / ctx.activity)));
  for (const host of [...ctx.world.servers, ...ctx.world.linux])
    for (let minute = host.index % everyMinutes; minute < 1440; minute += everyMinutes) {
      const isLinux = host.kind === "linux";
      ctx.emit("Heartbeat", ctx.calendar.midnight(day) + minute * minuteUs + (host.index % 60) * secondUs, {
        ...{
          Computer: host.fqdn,
          Category: isLinux ? "Azure Monitor Agent" : "Direct Agent",
          OSType: isLinux ? "Linux" : "Windows",
          OSName: host.os.name,
          OSMajorVersion: host.os.version.split(".")[0],
          OSMinorVersion: host.os.version.split(".")[1] ?? "0",
          Version: isLinux ? "1.33.1" : "10.20.18069.0",
        },
        ...{
          ComputerIP: sites[host.site].egressIp,
          ComputerPrivateIPs: [host.fixedIp],
          ComputerEnvironment: "Azure",
          IsGatewayInstalled: false,
          RemoteIPCountry: sites[host.site].country,
          RemoteIPLatitude: sites[host.site].latitude,
          RemoteIPLongitude: sites[host.site].longitude,
        },
        ...{
          VMUUID: host.sourceComputerId,
          Resource: host.name,
          ResourceGroup: "rg-servers",
          ResourceProvider: "Microsoft.Compute",
          ResourceType: "virtualMachines",
          ResourceId: host.resourceId,
          _ResourceId: host.resourceId,
          SubscriptionId: ctx.world.subscriptionId,
          _SubscriptionId: ctx.world.subscriptionId,
          Solutions: '"security"',
        },
      });
    }
}

function deviceInfo(ctx: Context, host: Host, day: number): void {
  const d = ctx.draw("device-info", host.index, day, host.kind.length);
  const owner = host.owner;
  ctx.emit("DeviceInfo", ctx.calendar.midnight(day) + d.int(86_000) * secondUs, {
    ...{
      DeviceId: host.deviceId,
      DeviceName: host.deviceName,
      AadDeviceId: host.entraDeviceId,
      DeviceType: host.kind === "workstation" ? "Workstation" : "Server",
      DeviceCategory: "Endpoint",
      ClientVersion: "10.8760.22621.4387",
    },
    ...{
      OSPlatform: host.os.platform,
      OSVersion: host.os.version,
      OSBuild: host.os.build,
      OSArchitecture: "64-bit",
      OSVersionInfo: host.os.platform === "Windows11" ? "23H2" : "",
      OSDistribution: host.os.platform,
      PublicIP: sites[host.site].egressIp,
    },
    ...{
      IsAzureADJoined: host.kind === "workstation",
      JoinType: host.kind === "workstation" ? "Hybrid Azure AD Join" : "Domain Join",
      OnboardingStatus: "Onboarded",
      SensorHealthState: "Active",
      ExposureLevel: d.pick(["Low", "Low", "Medium", "High"]),
      AssetValue: host.role === "domain-controller" ? "High" : "Normal",
    },
    ...{
      LoggedOnUsers: owner === undefined ? [] : [{ UserName: owner.sam, DomainName: "CONTOSO", Sid: owner.sid }],
      IsInternetFacing: host.role === "web",
      MachineGroup: host.kind === "workstation" ? "Clients" : "Servers",
      Vendor: host.kind === "workstation" ? d.pick(["Dell Inc.", "Lenovo", "HP"]) : "Microsoft Corporation",
      Model:
        host.kind === "workstation" ? d.pick(["Latitude 5440", "ThinkPad T14", "EliteBook 840"]) : "Virtual Machine",
    },
    ReportId: 1 + d.int(900_000),
  });
}

function networkInfo(ctx: Context, host: Host, day: number): void {
  const ip = addressOf(host, day);
  const gateway = ip.replace(/\.\d+$/, ".1");
  ctx.emit("DeviceNetworkInfo", ctx.calendar.midnight(day) + 10 * hourUs + (host.index % 3600) * secondUs, {
    ...{
      DeviceId: host.deviceId,
      DeviceName: host.deviceName,
      NetworkAdapterName: "{4B1A0F3E-1B7C-4A5E-9B0E-2E6C1D4F7A10}",
      MacAddress: host.mac.replaceAll("-", ""),
      NetworkAdapterType: "Ethernet",
      NetworkAdapterStatus: "Up",
      NetworkAdapterVendor: host.kind === "workstation" ? "Intel Corporation" : "Microsoft",
    },
    ...{
      ConnectedNetworks: [
        { Name: "contoso.example", Description: "Network", IsConnectedToInternet: true, Category: "Domain" },
      ],
      DnsAddresses: ["10.10.8.10", "10.10.8.11"],
      IPv4Dhcp: host.kind === "workstation" ? "10.10.8.10" : "",
      DefaultGateways: [gateway],
      IPAddresses: [{ IPAddress: ip, SubnetPrefix: 19, AddressType: "Private" }],
    },
    ReportId: 1000 + host.index,
  });
}

/** Privileged people and accounts, as a directory knows them. */
const groupsOf = (p: Person): string[] => [
  "All Employees",
  `${p.department} Team`,
  ...(p.department === "IT" ? ["Remote Desktop Users"] : []),
  ...(p.department === "Finance" ? ["Finance Share RW"] : []),
];

function identityInfo(ctx: Context, p: Person, day: number): void {
  const manager = ctx.world.person(p.managerIndex);
  const site = sites[p.site];
  const d = ctx.draw("identity-info", p.index);
  ctx.emit("IdentityInfo", ctx.calendar.midnight(day) + 5 * hourUs + p.index * 1000, {
    ...{
      AccountUPN: p.upn,
      AccountName: p.sam,
      AccountDomain: "contoso.example",
      AccountDisplayName: p.display,
      AccountObjectId: p.objectId,
      AccountSID: p.sid,
      AccountCloudSID: `S-1-12-1-${d.next()}-${d.next()}-${d.next()}-${d.next()}`,
      AccountTenantId: ctx.world.tenantId,
      SAMAccountName: p.sam,
    },
    ...{
      GivenName: p.given,
      Surname: p.surname,
      MailAddress: p.upn,
      JobTitle: p.title,
      Department: p.department,
      City: site.city,
      State: site.state,
      Country: site.country,
      CompanyName: "Contoso",
      EmployeeId: p.employeeId,
      Phone: d.chance(0.7) ? `+1-555-01${String(p.index % 100).padStart(2, "0")}` : "",
      Manager: manager.display,
    },
    ...{
      GroupMembership: groupsOf(p),
      AssignedRoles:
        p.index === cast.helpdesk
          ? ["Helpdesk Administrator"]
          : p.department === "IT" && p.index % 11 === 0
            ? ["Security Reader"]
            : [],
      IsAccountEnabled: true,
      IsMFARegistered: true,
      IsServiceAccount: false,
      UserType: "Member",
      UserState: "",
      AccountCreationTime: ctx.calendar.startUs - (200 + d.int(2500)) * dayUs,
    },
    ...{
      OnPremisesDistinguishedName: `CN=${p.display},OU=${p.department},OU=People,DC=contoso,DC=example`,
      UserAccountControl: ["NormalAccount"],
      ChangeSource: "AzureActiveDirectory",
      BlastRadius: p.department === "Executive" ? "High" : "Low",
      RiskLevel: "",
      RiskState: "",
      Tags: p.department === "Executive" ? '["Sensitive"]' : "[]",
      AdditionalMailAddresses: [],
      ServicePrincipals: [],
    },
  });
}

function serviceIdentity(ctx: Context, a: Account, day: number): void {
  const groups =
    a.sam === "adm-domain1"
      ? ["Domain Admins"]
      : a.sam === "adm-desk1" || a.sam === "adm-desk2"
        ? ["Workstation Admins", "File Server Operators"]
        : a.sam === "adm-helpdesk1"
          ? ["Account Operators"]
          : ["Service Accounts"];
  ctx.emit("IdentityInfo", ctx.calendar.midnight(day) + 5 * hourUs + 30 * minuteUs, {
    ...{
      AccountUPN: a.upn,
      AccountName: a.sam,
      AccountDomain: "contoso.example",
      AccountDisplayName: a.display,
      AccountObjectId: a.objectId,
      AccountSID: a.sid,
      AccountTenantId: ctx.world.tenantId,
      SAMAccountName: a.sam,
      GivenName: "",
      Surname: "",
      MailAddress: "",
      JobTitle: "",
      Department: "",
    },
    ...{
      GroupMembership: groups,
      AssignedRoles: a.sam === "sync_aadc01" ? ["Directory Synchronization Accounts"] : [],
      IsAccountEnabled: true,
      IsMFARegistered: a.sam.startsWith("adm-"),
      IsServiceAccount: !a.sam.startsWith("adm-"),
      UserType: "Member",
      OnPremisesDistinguishedName: `CN=${a.display},OU=Service,DC=contoso,DC=example`,
      UserAccountControl: ["NormalAccount", "PasswordNeverExpires"],
      ChangeSource: "AzureActiveDirectory",
      AccountCreationTime: ctx.calendar.startUs - 900 * dayUs,
      ServicePrincipals: [],
      AdditionalMailAddresses: [],
    },
  });
}
