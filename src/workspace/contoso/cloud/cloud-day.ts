/** A day of the clouds: Azure's control plane, storage, virtual networks, and the small AWS account. */
import { isoOf, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import type { Host } from "../world/host.js";
import { sites } from "../world/site.js";

export interface BlobRequest {
  readonly atUs: number;
  readonly operation:
    "GetBlob" | "PutBlob" | "ListBlobs" | "GetBlobProperties" | "ListContainers" | "GetContainerProperties";
  readonly account: string;
  readonly container: string;
  readonly object: string;
  readonly ip: string;
  readonly port: number;
  readonly userAgent: string;
  readonly authentication: "SAS" | "OAuth" | "AccountKey";
  readonly requesterUpn?: string;
  readonly responseBytes: number;
  readonly requestBytes: number;
  /** Fingerprint of the key or SAS that was used; never the secret. */
  readonly keyHash: string;
  readonly status?: "200" | "206" | "403" | "404";
}

export function emitBlob(ctx: Context, b: BlobRequest, d: Draw, tag?: string): void {
  const status = b.status ?? "200";
  const query = b.operation === "ListBlobs" ? "?restype=container&comp=list" : "";
  const sas = b.authentication === "SAS" ? `${query === "" ? "?" : "&"}sv=2023-11-03&sp=rl&sig=XXXXX` : "";
  const host = `${b.account}.blob.core.windows.example`;
  ctx.emit(
    "StorageBlobLogs",
    b.atUs,
    {
      AccountName: b.account,
      Category: b.operation.startsWith("Put") ? "StorageWrite" : "StorageRead",
      OperationName: b.operation,
      OperationVersion: "2023-11-03",
      OperationCount: 0,
      SchemaVersion: "1.0",
      ServiceType: "blob",
      Protocol: "HTTPS",
      TlsVersion: "TLS 1.2",
      Location: "northeurope",
      CallerIpAddress: `${b.ip}:${b.port}`,
      UserAgentHeader: b.userAgent,
      AuthenticationType: b.authentication,
      AuthenticationHash: b.keyHash,
      RequesterUpn: b.requesterUpn ?? "",
      RequesterTenantId: b.requesterUpn === undefined ? "" : ctx.world.tenantId,
      StatusCode: status,
      StatusText:
        status === "403"
          ? "AuthorizationFailure"
          : status === "404"
            ? "BlobNotFound"
            : b.authentication === "SAS"
              ? "SASSuccess"
              : "Success",
      MetricResponseType: "Success",
      DurationMs: d.range(3, 240),
      ServerLatencyMs: d.range(2, 90),
      CorrelationId: d.guid(),
      RequestHeaderSize: d.range(300, 700),
      RequestBodySize: b.requestBytes,
      ResponseHeaderSize: 460,
      ResponseBodySize: b.responseBytes,
      ContentLengthHeader: b.requestBytes,
      ObjectKey: b.object === "" ? `/${b.account}/${b.container}` : `/${b.account}/${b.container}/${b.object}`,
      Uri: `https://${host}:443/${b.container}${b.object === "" ? "" : `/${b.object}`}${query}${sas}`,
      Etag: d.hex(16),
      AccessTier: "Hot",
      _ResourceId: `/subscriptions/${ctx.world.subscriptionId}/resourcegroups/rg-data/providers/microsoft.storage/storageaccounts/${b.account}/blobservices/default`,
      _SubscriptionId: ctx.world.subscriptionId,
    },
    tag,
  );
}

export interface TrailEvent {
  readonly atUs: number;
  readonly name: string;
  readonly source: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly identity: {
    readonly type: "IAMUser" | "AssumedRole" | "AWSService";
    readonly name: string;
    readonly accessKeyId: string;
  };
  readonly readOnly: boolean;
  readonly isData?: boolean;
  readonly request: object;
  readonly response?: object;
  readonly error?: string;
  readonly bytesOut?: number;
}

export function emitTrail(ctx: Context, e: TrailEvent, d: Draw, tag?: string): void {
  const account = ctx.world.awsAccountId;
  const arn =
    e.identity.type === "IAMUser"
      ? `arn:aws:iam::${account}:user/${e.identity.name}`
      : `arn:aws:sts::${account}:assumed-role/${e.identity.name}/session`;
  ctx.emit(
    "AWSCloudTrail",
    e.atUs,
    {
      AwsEventId: d.guid(),
      AwsRequestId: d.hex(16).toUpperCase(),
      AwsRequestId_: d.hex(16).toUpperCase(),
      EventName: e.name,
      EventSource: e.source,
      EventTypeName: e.identity.type === "AWSService" ? "AwsServiceEvent" : "AwsApiCall",
      EventVersion: "1.09",
      AWSRegion: "eu-west-1",
      Category: e.isData === true ? "Data" : "Management",
      ManagementEvent: e.isData !== true,
      ReadOnly: e.readOnly,
      SourceIpAddress: e.ip,
      UserAgent: e.userAgent,
      UserIdentityType: e.identity.type,
      UserIdentityUserName: e.identity.type === "IAMUser" ? e.identity.name : "",
      UserIdentityArn: e.identity.type === "AWSService" ? "" : arn,
      UserIdentityAccountId: account,
      UserIdentityPrincipalid: `AIDA${e.identity.name
        .toUpperCase()
        .replaceAll(/[^A-Z]/g, "")
        .padEnd(17, "X")
        .slice(0, 17)}`,
      UserIdentityAccessKeyId: e.identity.accessKeyId,
      UserIdentityInvokedBy: e.identity.type === "AWSService" ? e.ip : "",
      SessionIssuerType: e.identity.type === "AssumedRole" ? "Role" : "",
      SessionIssuerUserName: e.identity.type === "AssumedRole" ? e.identity.name : "",
      SessionMfaAuthenticated: e.identity.type === "AWSService" ? null : e.identity.type === "AssumedRole",
      RecipientAccountId: account,
      RequestParameters: JSON.stringify(e.request),
      ResponseElements: e.response === undefined ? "" : JSON.stringify(e.response),
      AdditionalEventData:
        e.bytesOut === undefined
          ? ""
          : JSON.stringify({
              SignatureVersion: "SigV4",
              CipherSuite: "TLS_AES_128_GCM_SHA256",
              bytesTransferredIn: 0,
              bytesTransferredOut: e.bytesOut,
              AuthenticationMethod: "AuthHeader",
            }),
      ErrorCode: e.error ?? "",
      ErrorMessage: e.error === undefined ? "" : "User is not authorized to perform this operation",
      TlsVersion: "TLSv1.3",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      ClientProvidedHostHeader: `${e.source.replace(".amazonaws.com", "")}.eu-west-1.amazonaws.example`,
    },
    tag,
  );
}

export interface Flow {
  readonly startUs: number;
  readonly endUs: number;
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly port: number;
  readonly protocol: "T" | "U";
  readonly direction: "Inbound" | "Outbound";
  readonly isAllowed: boolean;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly vm?: Host;
  readonly type: "IntraVNet" | "ExternalPublic" | "AzurePublic" | "S2S" | "UnknownPrivate";
  readonly rule: string;
}

/** A virtual network flow in the new table, and in the old one where a subnet still uses it. */
export function emitFlow(ctx: Context, f: Flow, tag?: string): void {
  const { subscriptionId } = ctx.world;
  const packets = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1350));
  const place = f.type === "ExternalPublic" ? ctx.world.locate(f.destinationIp) : undefined;
  const publicIp = `${f.destinationIp}|1|0|0|${packets(f.bytesOut)}|${packets(f.bytesIn)}|${f.bytesOut}|${f.bytesIn}`;
  const flows = { in: f.direction === "Inbound" ? 1 : 0, out: f.direction === "Outbound" ? 1 : 0 };
  const intervalUs = Math.floor(f.startUs / (10 * minuteUs)) * 10 * minuteUs;
  const atUs = f.endUs + 95 * secondUs;
  const isPublic = f.type === "ExternalPublic";
  const allowed = f.isAllowed ? 1 : 0;
  const vm = f.vm === undefined ? "" : `rg-servers/${f.vm.name.toLowerCase()}`;
  ctx.emit(
    "NTANetAnalytics",
    atUs,
    {
      ...{
        FaSchemaVersion: "3",
        SubType: "FlowLog",
        FlowLogResourceId: `/subscriptions/${subscriptionId}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westus2/flowLogs/vnet-hub`,
        TimeProcessed: f.endUs + 80 * secondUs,
      },
      ...{
        FlowIntervalStartTime: intervalUs,
        FlowIntervalEndTime: intervalUs + 10 * minuteUs,
        FlowStartTime: f.startUs,
        FlowEndTime: f.endUs,
        FlowType: f.type,
        FlowDirection: f.direction,
        FlowStatus: f.isAllowed ? "Allowed" : "Denied",
      },
      ...{
        SrcIp: f.sourceIp,
        DestIp: isPublic ? "" : f.destinationIp,
        DestPublicIps: isPublic ? publicIp : "",
        DestPort: f.port,
        L4Protocol: f.protocol,
        L7Protocol: f.port === 443 ? "https" : f.port === 445 ? "microsoft-ds" : f.port === 53 ? "dns" : "Unknown",
      },
      ...{
        SrcVm: vm,
        SrcNic: vm === "" ? "" : `${vm}-nic`,
        SrcSubnet: "rg-network/vnet-hub/servers",
        SrcRegion: "westus2",
        SrcSubscription: subscriptionId,
        TargetResourceId: `${subscriptionId}/rg-network/vnet-hub`,
        TargetResourceType: "Microsoft.Network/virtualNetworks",
      },
      ...{
        AclGroup: "rg-network/nsg-servers",
        AclRule: f.rule,
        NsgList: "rg-network/nsg-servers",
        NsgRule: f.rule,
        NsgRuleType: f.rule.startsWith("Default") ? "Default" : "User Defined",
        MacAddress: f.vm?.mac ?? "",
      },
      ...{
        BytesSrcToDest: f.bytesOut,
        BytesDestToSrc: f.bytesIn,
        PacketsSrcToDest: packets(f.bytesOut),
        PacketsDestToSrc: packets(f.bytesIn),
        CompletedFlows: 1,
        Country: place?.countryCode ?? "",
        FlowEncryption: "NX",
      },
      ...{
        AllowedInFlows: flows.in * allowed,
        AllowedOutFlows: flows.out * allowed,
        DeniedInFlows: flows.in * (1 - allowed),
        DeniedOutFlows: flows.out * (1 - allowed),
      },
    },
    tag,
  );
  if (f.vm === undefined || f.vm.index % 3 !== 2) return;
  ctx.emit(
    "AzureNetworkAnalytics_CL",
    atUs + 4 * secondUs,
    {
      ...{
        SubType_s: "FlowLog",
        FASchemaVersion_s: "2",
        TimeProcessed_t: f.endUs + 80 * secondUs,
        FlowIntervalStartTime_t: intervalUs,
        FlowIntervalEndTime_t: intervalUs + 10 * minuteUs,
        FlowStartTime_t: f.startUs,
        FlowEndTime_t: f.endUs,
      },
      ...{
        FlowType_s: f.type,
        FlowDirection_s: f.direction === "Inbound" ? "I" : "O",
        FlowStatus_s: f.isAllowed ? "A" : "D",
        SrcIP_s: f.sourceIp,
        DestIP_s: isPublic ? "" : f.destinationIp,
        VMIP_s: f.sourceIp,
      },
      ...{
        DestPublicIPs_s: isPublic ? publicIp : "",
        PublicIPs_s: isPublic ? f.destinationIp : "",
        DestPort_d: f.port,
        L4Protocol_s: f.protocol,
        L7Protocol_s: f.port === 443 ? "https" : f.port === 445 ? "microsoft-ds" : "Unknown",
      },
      ...{
        NSGList_s: "rg-network/nsg-servers",
        NSGRule_s: f.rule,
        NSGRules_s: `0|${f.rule}|${f.direction === "Inbound" ? "I" : "O"}|${f.isAllowed ? "A" : "D"}|1`,
        VM_s: vm,
        VM1_s: vm,
        NIC_s: `${vm}-nic`,
        Subnet_s: "rg-network/vnet-hub/servers",
        Region_s: "westus2",
        Region1_s: "westus2",
        Country_s: place?.countryCode.toLowerCase() ?? "",
      },
      ...{
        Subscription1_g: subscriptionId,
        Subscription_g: subscriptionId,
        MACAddress_s: f.vm.mac,
        Computer: f.vm.name,
      },
      ...{
        OutboundBytes_d: f.bytesOut,
        InboundBytes_d: f.bytesIn,
        OutboundPackets_d: packets(f.bytesOut),
        InboundPackets_d: packets(f.bytesIn),
        FlowCount_d: 1,
        CompletedFlows_d: 1,
        IsFlowEncrypted_b: false,
      },
      ...{
        AllowedInFlows_d: flows.in * allowed,
        AllowedOutFlows_d: flows.out * allowed,
        DeniedInFlows_d: flows.in * (1 - allowed),
        DeniedOutFlows_d: flows.out * (1 - allowed),
      },
    },
    tag,
  );
}

export const cloudDay: DayGenerator = function* (ctx, day) {
  const d = ctx.draw("cloud", day);
  const quiet = ctx.calendar.isWeekend(day) ? 0.35 : 1;
  const at = (): number =>
    ctx.calendar.midnight(day) + (d.chance(0.3) ? d.int(86_400) : 25_000 + d.int(40_000)) * secondUs + d.int(1_000_000);
  const repeat = (mean: number, work: () => void): void => {
    for (let i = d.count(mean * ctx.volume); i > 0; i--) work();
  };
  repeat(260 * quiet, () => blob(ctx, at(), d));
  yield;
  repeat(150, () => trail(ctx, at(), d));
  yield;
  repeat(420 * quiet, () => flow(ctx, at(), d));
  yield;
  repeat(120 * quiet, () => activity(ctx, at(), d));
  yield;
};

const containers = ["public-assets", "invoices", "reports", "finance-archive", "telemetry"] as const;

function blob(ctx: Context, atUs: number, d: Draw): void {
  const host = d.pick(ctx.world.linux);
  const container = d.pick(containers);
  const operation = d.pick(["GetBlob", "GetBlob", "GetBlob", "PutBlob", "ListBlobs", "GetBlobProperties"] as const);
  const isPerson = d.chance(0.15);
  const size = d.range(2000, 900_000);
  emitBlob(
    ctx,
    {
      ...{
        atUs,
        operation,
        account: "contosodata",
        container,
        object:
          operation === "ListBlobs"
            ? ""
            : `${d.pick(["2026", "2025"])}/${d.range(1, 12)}/${d.hex(8)}.${d.pick(["pdf", "json", "parquet", "csv"])}`,
      },
      ...{
        ip: isPerson ? d.pick(Object.values(sites)).egressIp : host.fixedIp!,
        port: d.range(32_000, 65_000),
        userAgent: isPerson
          ? "Microsoft Azure Storage Explorer, 1.36.0, win32"
          : "azsdk-python-storage-blob/12.19.0 Python/3.10.12 (Linux-5.15.0)",
      },
      ...{
        authentication: isPerson ? "OAuth" : d.pick(["OAuth", "AccountKey", "SAS"] as const),
        responseBytes: operation === "PutBlob" ? 0 : size,
        requestBytes: operation === "PutBlob" ? size : 0,
        keyHash: isPerson ? "" : `key1(${d.pick(["A3F1", "B772"])}${"0".repeat(60)})`,
      },
      ...(isPerson ? { requesterUpn: d.pick(ctx.world.people).upn } : {}),
      status: d.chance(0.02) ? "404" : d.chance(0.01) ? "403" : "200",
    },
    d,
  );
}

const trailKinds = [
  ["DescribeInstances", "ec2.amazonaws.com", true],
  ["AssumeRole", "sts.amazonaws.com", true],
  ["GetCallerIdentity", "sts.amazonaws.com", true],
  ["ListBuckets", "s3.amazonaws.com", true],
  ["PutMetricData", "monitoring.amazonaws.com", false],
  ["CreateLogStream", "logs.amazonaws.com", false],
  ["DescribeAlarms", "monitoring.amazonaws.com", true],
  ["GetBucketAcl", "s3.amazonaws.com", true],
  ["UpdateFunctionCode20150331v2", "lambda.amazonaws.com", false],
  ["RunInstances", "ec2.amazonaws.com", false],
  ["ConsoleLogin", "signin.amazonaws.com", false],
] as const;

/** The key that the deployment script on LNX-WEB01 uses every day; later the thief uses it from elsewhere. The value is AWS's own documentation example. */
export const deployKey = { type: "IAMUser", name: "deploy-web", accessKeyId: "AKIAIOSFODNN7EXAMPLE" } as const;

function trail(ctx: Context, atUs: number, d: Draw): void {
  if (d.chance(0.25)) {
    const key = `releases/portal-${d.range(100, 999)}.tar.gz`;
    const isGet = d.chance(0.5);
    emitTrail(
      ctx,
      {
        atUs,
        name: isGet ? "GetObject" : "PutObject",
        source: "s3.amazonaws.com",
        ip: sites.SEA.egressIp,
        userAgent: "aws-cli/2.15.30 Python/3.11.8 Linux/5.15.0 exe/x86_64.ubuntu.22",
        identity: deployKey,
        readOnly: isGet,
        isData: true,
        request: { bucketName: "contoso-releases", key },
        bytesOut: isGet ? d.range(100_000, 6_000_000) : 0,
      },
      d,
    );
    return;
  }
  const [name, source, readOnly] = d.pick(trailKinds);
  const identity = d.chance(0.3)
    ? ({ type: "AWSService", name: "autoscaling", accessKeyId: "" } as const)
    : ({
        type: "AssumedRole",
        name: d.pick(["platform-admin", "ci-deploy", "read-only"]),
        accessKeyId: `ASIA${d.hex(16).toUpperCase()}`,
      } as const);
  const ip =
    identity.type === "AWSService" ? "autoscaling.amazonaws.example" : d.pick([sites.SEA.egressIp, sites.DUB.egressIp]);
  emitTrail(
    ctx,
    {
      atUs,
      name,
      source,
      ip,
      userAgent: d.pick(["aws-sdk-go-v2/1.24.0 os/linux", "Terraform/1.7.4", "console.amazonaws.com"]),
      identity,
      readOnly,
      request: readOnly ? {} : { clientToken: d.guid() },
      ...(d.chance(0.04) ? { error: "AccessDenied" } : {}),
    },
    d,
  );
}

function flow(ctx: Context, atUs: number, d: Draw): void {
  const vm = d.pick(ctx.world.servers);
  const outside = d.chance(0.35);
  const denied = d.chance(0.07);
  const destination = outside ? d.pick(ctx.world.internet.pickSite(d).ips) : d.pick(ctx.world.servers).fixedIp!;
  const bytes = Math.floor(500 * Math.exp(d.real() * 8));
  emitFlow(ctx, {
    ...{
      startUs: atUs,
      endUs: atUs + d.range(1, 500) * secondUs,
      sourceIp: vm.fixedIp!,
      destinationIp: destination,
      port: outside ? 443 : d.pick([445, 443, 53, 389, 88, 1433, 3389]),
      protocol: "T",
      direction: "Outbound",
    },
    ...{
      isAllowed: !denied,
      bytesOut: denied ? 0 : bytes,
      bytesIn: denied ? 0 : Math.floor(bytes * d.real() * 3),
      vm,
      type: outside ? "ExternalPublic" : "IntraVNet",
      rule: denied
        ? "UserRule_deny-out"
        : outside
          ? "DefaultRule_AllowInternetOutBound"
          : "DefaultRule_AllowVnetOutBound",
    },
  });
}

const activities = [
  ["MICROSOFT.COMPUTE/VIRTUALMACHINES/START/ACTION", "Start Virtual Machine", "vm"],
  ["MICROSOFT.COMPUTE/VIRTUALMACHINES/DEALLOCATE/ACTION", "Deallocate Virtual Machine", "vm"],
  ["MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION", "List Storage Account Keys", "storage"],
  ["MICROSOFT.STORAGE/STORAGEACCOUNTS/WRITE", "Create/Update Storage Account", "storage"],
  ["MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WRITE", "Create or Update Network Security Group", "nsg"],
  ["MICROSOFT.RESOURCES/DEPLOYMENTS/WRITE", "Create Deployment", "deployment"],
  ["MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE", "Create role assignment", "role"],
  ["MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/WRITE", "Create or update resource diagnostic setting", "diagnostic"],
] as const;

function activity(ctx: Context, atUs: number, d: Draw): void {
  const [value, name, kind] = d.pick(activities);
  const admins = ctx.world.people.filter(p => p.department === "IT").slice(0, 12);
  const person = d.chance(0.4) ? d.pick(admins) : undefined;
  const caller = person?.upn ?? "8f0a1c66-6b6e-4c53-9b64-3a3a0c5b1d10";
  const ip = person === undefined ? "" : sites[person.site].egressIp;
  const provider = value.slice(0, value.indexOf("/"));
  const resource =
    kind === "vm"
      ? d.pick(ctx.world.servers).resourceId
      : `/subscriptions/${ctx.world.subscriptionId}/resourcegroups/rg-data/providers/${provider.toLowerCase()}/${kind}/${d.pick(["contosodata", "nsg-servers", "portal"])}`;
  const claims = {
    appid: person === undefined ? caller : "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    ipaddr: ip,
    name: person?.display ?? "platform-automation",
    upn: person?.upn ?? "",
  };
  const correlation = d.guid();
  for (const [status, later] of [
    ["Start", 0],
    [d.chance(0.04) ? "Failure" : "Success", 4 * secondUs],
  ] as const)
    ctx.emit("AzureActivity", atUs + later, {
      ...{
        OperationName: name,
        OperationNameValue: value,
        Level: status === "Failure" ? "Error" : "Information",
        ActivityStatus: status,
        ActivityStatusValue: status,
        ActivitySubstatusValue: status === "Success" ? "OK" : "",
      },
      ...{
        Caller: caller,
        CallerIpAddress: ip,
        CorrelationId: correlation,
        OperationId: correlation,
        EventDataId: d.guid(),
        EventSubmissionTimestamp: atUs + later + 9 * secondUs,
        Category: "Administrative",
        CategoryValue: "Administrative",
      },
      ...{
        ResourceProvider: provider,
        ResourceProviderValue: provider,
        ResourceGroup: resource.split("/")[4] ?? "",
        Resource: resource.slice(resource.lastIndexOf("/") + 1),
        ResourceId: resource,
        _ResourceId: resource,
        SubscriptionId: ctx.world.subscriptionId,
        _SubscriptionId: ctx.world.subscriptionId,
      },
      ...{
        Hierarchy: `${ctx.world.tenantId}/${ctx.world.subscriptionId}`,
        HTTPRequest: JSON.stringify({
          clientRequestId: d.guid(),
          clientIpAddress: ip,
          method: value.endsWith("WRITE") ? "PUT" : "POST",
        }),
      },
      ...{
        Claims: JSON.stringify(claims),
        Claims_d: claims,
        Authorization: JSON.stringify({ action: value, scope: resource }),
        Authorization_d: { action: value, scope: resource },
        Properties: JSON.stringify({ eventCategory: "Administrative", time: isoOf(atUs) }),
        Properties_d: { eventCategory: "Administrative" },
      },
    });
}
