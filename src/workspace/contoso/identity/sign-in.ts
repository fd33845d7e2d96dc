/** Sign-ins to Entra ID: the two tables and their nested columns. */
import type { Context } from "../context.js";
import { isoOf } from "../calendar.js";
import type { Row } from "../recorder.js";
import type { App, Device } from "../world/app.js";
import type { Account } from "../world/person.js";
import { Draw, hashText, mix } from "../hash.js";

/** Entra's own texts for the codes that this tenant shows. */
export const signInResults = {
  0: "",
  50034: "The user account {EUII Hidden} does not exist in the {EUII Hidden} directory.",
  50053: "Account is locked because user tried to sign in too many times with an incorrect user ID or password.",
  50055: "The password is expired.",
  50057: "User account is disabled. The account has been disabled by an administrator.",
  50074: "Strong Authentication is required.",
  50076:
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
  50125: "Sign-in was interrupted due to a password reset or password registration entry.",
  50126: "Error validating credentials due to invalid username or password.",
  50140: "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
  50173: "The provided grant has expired due to it being revoked.",
  53003: "Access has been blocked by Conditional Access policies.",
  65001: "The user or administrator has not consented to use the application.",
  70044: "The session has expired or is invalid due to sign-in frequency checks by conditional access.",
} as const satisfies Record<number, string>;
export type SignInCode = keyof typeof signInResults;

export interface SignIn {
  readonly atUs: number;
  readonly account: Account;
  readonly app: App;
  readonly ip: string;
  readonly device: Device;
  readonly deviceId?: string;
  readonly deviceName?: string;
  readonly isInteractive: boolean;
  readonly code: SignInCode;
  /** How the second factor was met. */
  readonly mfa?: "none" | "push" | "claim" | "previous";
  readonly clientApp?: string;
  readonly protocol?: "none" | "ropc" | "deviceCode";
  readonly risk?: "none" | "low" | "medium" | "high";
  readonly riskEvents?: readonly string[];
  readonly sessionId?: string;
  readonly correlationId?: string;
  readonly userAgent?: string;
  readonly isMember?: boolean;
}

const policies = [
  ["3b0f7a3e-6a6d-4d4b-9c0e-0a4f6a1b7c01", "Require MFA for all users"],
  ["3b0f7a3e-6a6d-4d4b-9c0e-0a4f6a1b7c02", "Block legacy authentication"],
  ["3b0f7a3e-6a6d-4d4b-9c0e-0a4f6a1b7c03", "Require compliant device for finance"],
] as const;

function policiesOf(s: SignIn): object[] {
  const mfaResult = s.code === 0 ? "success" : s.code === 50074 || s.code === 50076 ? "failure" : "notApplied";
  return policies.map(([id, displayName], i) => ({
    id,
    displayName,
    enforcedGrantControls: i === 0 ? ["Mfa"] : [],
    enforcedSessionControls: [],
    result: i === 0 && s.mfa !== "none" ? mfaResult : i === 1 && s.code === 53003 ? "failure" : "notApplied",
  }));
}

const methods = {
  none: "",
  push: "Mobile app notification",
  claim: "Previously satisfied",
  previous: "Previously satisfied",
} as const;
const details = {
  none: "",
  push: "MFA completed in Azure AD",
  claim: "MFA requirement satisfied by claim in the token",
  previous: "MFA requirement satisfied by claim in the token",
} as const;

function authenticationDetails(s: SignIn): object[] {
  const dateTime = isoOf(s.atUs);
  const failed = s.code !== 0;
  const first = {
    authenticationStepDateTime: dateTime,
    authenticationMethod: s.mfa === "claim" ? "Previously satisfied" : "Password",
    authenticationMethodDetail: s.mfa === "claim" ? "" : "Password Hash Sync",
    succeeded: s.code !== 50126 && s.code !== 50034,
    authenticationStepResultDetail:
      s.mfa === "claim"
        ? "First factor requirement satisfied by claim in the token"
        : failed
          ? "Invalid username or password or Invalid on-premise username or password."
          : "Correct password",
    authenticationStepRequirement: "Primary authentication",
  };
  if (s.mfa === undefined || s.mfa === "none") return [first];
  return [
    first,
    {
      authenticationStepDateTime: dateTime,
      authenticationMethod: methods[s.mfa],
      succeeded: !failed,
      authenticationStepResultDetail: details[s.mfa],
      authenticationStepRequirement: "Multifactor authentication",
    },
  ];
}

/** Writes one sign-in to the table it belongs to. */
export function emitSignIn(ctx: Context, s: SignIn, tag?: string): void {
  const d = new Draw(mix(hashText(s.account.upn), mix(Math.floor(s.atUs / 1000) % 0x7fffffff, hashText(s.app.name))));
  const id = d.guid();
  const row = [whoAndWhat(ctx, s, id, d), whereAndHow(ctx, s)];
  if (s.isInteractive) ctx.emit("SigninLogs", s.atUs, [...row, interactiveOnly(ctx, s, d)], tag);
  else ctx.emit("AADNonInteractiveUserSignInLogs", s.atUs, [...row, nonInteractiveOnly(ctx, s, d)], tag);
}

function whoAndWhat(ctx: Context, s: SignIn, id: string, d: Draw): Row {
  const isMember = s.isMember ?? true;
  return {
    OperationName: "Sign-in activity",
    OperationVersion: "1.0",
    Category: s.isInteractive ? "SignInLogs" : "NonInteractiveUserSignInLogs",
    Level: "4",
    ResultType: String(s.code),
    ResultSignature: s.code === 0 ? "SUCCESS" : "None",
    ResultDescription: signInResults[s.code],
    DurationMs: 0,
    CorrelationId: s.correlationId ?? d.guid(),
    Id: id,
    OriginalRequestId: id,
    CreatedDateTime: s.atUs,
    Identity: s.account.display,
    UserDisplayName: s.account.display,
    UserPrincipalName: s.account.upn,
    AlternateSignInName: s.account.upn,
    SignInIdentifierType: "userPrincipalName",
    UserId: isMember ? s.account.objectId : "",
    UserType: "Member",
    AppDisplayName: s.app.name,
    AppId: s.app.id,
    ResourceDisplayName: s.app.resource,
    ResourceIdentity: s.app.resourceId,
    ResourceTenantId: ctx.world.tenantId,
    HomeTenantId: ctx.world.tenantId,
    ResourceGroup: "Microsoft.aadiam",
    IsInteractive: s.isInteractive,
    ClientAppUsed: s.clientApp ?? s.device.client,
    AuthenticationProtocol: s.protocol ?? "none",
    AuthenticationRequirement:
      s.mfa === undefined || s.mfa === "none" ? "singleFactorAuthentication" : "multiFactorAuthentication",
    AuthenticationDetails: JSON.stringify(authenticationDetails(s)),
    ConditionalAccessStatus: s.code === 53003 ? "failure" : s.mfa === "none" ? "notApplied" : "success",
    UniqueTokenIdentifier: d.hex(22),
    TokenIssuerType: "AzureAD",
    CrossTenantAccessType: "none",
  };
}

function whereAndHow(ctx: Context, s: SignIn): Row {
  const at = ctx.world.locate(s.ip);
  const risk = s.risk ?? "none";
  return {
    IPAddress: s.ip,
    Location: at?.countryCode ?? "",
    AutonomousSystemNumber: at === undefined || at.asn === 0 ? "" : String(at.asn),
    UserAgent: s.userAgent ?? s.device.userAgent,
    RiskDetail: "none",
    RiskState: risk === "none" ? "none" : "atRisk",
    RiskLevelAggregated: risk,
    RiskLevelDuringSignIn: risk,
    RiskEventTypes: JSON.stringify(s.riskEvents ?? []),
    RiskEventTypes_V2: JSON.stringify(s.riskEvents ?? []),
    NetworkLocationDetails:
      at?.kind === "egress"
        ? JSON.stringify([{ networkType: "trustedNamedLocation", networkNames: [at.owner] }])
        : "[]",
  };
}

export function locationOf(ctx: Context, ip: string): object {
  const at = ctx.world.locate(ip);
  if (at === undefined) return {};
  return {
    city: at.city,
    state: at.state,
    countryOrRegion: at.countryCode,
    geoCoordinates: { latitude: at.latitude, longitude: at.longitude },
  };
}

function deviceOf(s: SignIn): object {
  const { os, browser } = s.device;
  const isKnown = s.deviceId !== undefined;
  return isKnown
    ? {
        deviceId: s.deviceId,
        displayName: s.deviceName ?? "",
        operatingSystem: os,
        browser,
        isCompliant: true,
        isManaged: true,
        trustType: "Hybrid Azure AD joined",
      }
    : { deviceId: "", operatingSystem: os, browser };
}

function statusOf(s: SignIn): object {
  return s.code === 0
    ? { errorCode: 0, additionalDetails: details[s.mfa ?? "none"] }
    : { errorCode: s.code, failureReason: signInResults[s.code] };
}

function interactiveOnly(ctx: Context, s: SignIn, d: Draw): Row {
  return {
    AADTenantId: ctx.world.tenantId,
    ResourceId: `/tenants/${ctx.world.tenantId}/providers/Microsoft.aadiam`,
    Status: statusOf(s),
    DeviceDetail: deviceOf(s),
    LocationDetails: locationOf(ctx, s.ip),
    MfaDetail: s.mfa === "push" ? { authMethod: "Mobile app notification", authDetail: "" } : null,
    ConditionalAccessPolicies: policiesOf(s),
    ProcessingTimeInMilliseconds: String(d.range(40, 900)),
    IsRisky: s.risk !== undefined && s.risk !== "none" ? true : null,
    FlaggedForReview: false,
    SignInIdentifier: s.account.upn,
    TokenIssuerName: "",
    AuthenticationProcessingDetails:
      s.clientApp === "Authenticated SMTP" ? [{ key: "Legacy TLS (TLS 1.0, 1.1, 3DES)", value: "False" }] : [],
  };
}

/** In this table the nested columns are strings that hold JSON. */
function nonInteractiveOnly(ctx: Context, s: SignIn, d: Draw): Row {
  return {
    LocationDetails: JSON.stringify(locationOf(ctx, s.ip)),
    Status: JSON.stringify(statusOf(s)),
    DeviceDetail: JSON.stringify(deviceOf(s)),
    ConditionalAccessPolicies: JSON.stringify(policiesOf(s)),
    MfaDetail: "",
    ProcessingTimeInMs: String(d.range(20, 500)),
    SignInEventTypes: JSON.stringify(["nonInteractiveUser"]),
  };
}
