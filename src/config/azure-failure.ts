/** What went wrong with a sign-in, in words that say what to do. Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
import { HuntError, isHuntError, type ErrorCode } from "../base/error.js";
import type { Method } from "./azure-methods.js";
import { entraCode } from "./azure-token.js";

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const expired: Explanation = {
  code: "auth/expired",
  message: "the sign-in has expired or was revoked",
  hint: "sign in again",
};

/** Entra's codes that people meet, by what they can do about them. */
const entraCodes: Readonly<Record<string, Explanation>> = {
  AADSTS700082: expired,
  AADSTS70043: expired,
  AADSTS70008: expired,
  AADSTS50173: expired,
  AADSTS50132: expired,
  AADSTS50133: expired,
  AADSTS700084: expired,
  AADSTS7000215: {
    code: "auth/refused",
    message: "the application's secret is wrong",
    hint: "set the secret's value (not its id) again",
  },
  AADSTS7000222: {
    code: "auth/refused",
    message: "the application's secret has expired",
    hint: "make a new secret for the application and set it",
  },
  AADSTS700027: {
    code: "auth/refused",
    message: "the application's certificate is not accepted",
    hint: "register the certificate with the application, or renew it",
  },
  AADSTS700016: {
    code: "auth/refused",
    message: "the application is not known in this tenant",
    hint: "check ClientId, TenantId and Azure.cloud",
  },
  AADSTS7000229: {
    code: "auth/refused",
    message: "the application has no service principal in this tenant",
    hint: "check TenantId",
  },
  AADSTS90002: { code: "auth/refused", message: "there is no such tenant", hint: "check TenantId and Azure.cloud" },
  AADSTS900023: { code: "auth/refused", message: "the tenant's id is malformed", hint: "check TenantId" },
  AADSTS500011: {
    code: "auth/refused",
    message: "the service is not known in this tenant",
    hint: "check Azure.cloud: the tenant may be in another cloud",
  },
  AADSTS50076: {
    code: "auth/refused",
    message: "a second factor is asked for",
    hint: "sign in by devicecode or `az login`",
  },
  AADSTS50079: {
    code: "auth/refused",
    message: "a second factor must be registered",
    hint: "sign in with a browser first",
  },
  AADSTS53003: {
    code: "auth/refused",
    message: "a conditional access policy blocks this sign-in",
    hint: "use a way or a machine that the policy allows, or ask your administrator",
  },
  AADSTS50020: {
    code: "auth/refused",
    message: "the account does not belong to this tenant",
    hint: "sign in with an account of the tenant, or be invited as a guest",
  },
  AADSTS50126: {
    code: "auth/refused",
    message: "name or password is wrong",
    hint: "check AZURE_USERNAME and AZURE_PASSWORD",
  },
  AADSTS65001: {
    code: "auth/refused",
    message: "nobody has consented to this application",
    hint: "ask an administrator of the tenant to consent",
  },
  AADSTS700024: {
    code: "auth/clock",
    message: "this machine's clock differs from Microsoft Entra's",
    hint: "set the clock by the network's time",
  },
};

/** Differences beyond this make tokens and certificates invalid. */
const maxSkewMs = 5 * 60_000;

function fullText(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "";
  const body = (error as { errorResponse?: { errorDescription?: unknown } }).errorResponse?.errorDescription;
  return [error.message, typeof body === "string" ? body : "", fullText(error.cause, depth + 1)].join("\n");
}

const firstLine = (text: string): string => (text.split("\n")[0] ?? "").trim();

/**
 * The failure of one way to sign in. What Entra or an SDK says is reduced to its code: descriptions hold names and ids.
 */
export function explainSignInFailure(
  error: unknown,
  { name, watch, failures = [] }: Pick<Method, "name" | "watch" | "failures">,
): HuntError {
  if (isHuntError(error) && (error.code.startsWith("auth/") || error.code === "net/cancelled")) return error;
  const skew = watch.skewMs ?? 0;
  const text = fullText(error);
  const fail = ({ code, message, hint }: Explanation, detail = "") =>
    new HuntError(code, `${name}: ${message}${detail}`, { cause: error, hint });
  if (Math.abs(skew) > maxSkewMs) {
    const minutes = Math.round(Math.abs(skew) / 60_000);
    return fail({
      code: "auth/clock",
      message: `this machine's clock is ${minutes} minutes ${skew > 0 ? "behind" : "ahead of"} the service's`,
      hint: "set the clock by the network's time",
    });
  }
  const own = failures.find(f => f.when.test(text) || f.when.test(watch.failure?.message ?? ""));
  if (own !== undefined && entraCode(text) === "") {
    const status = watch.status === undefined ? "" : ` (status ${watch.status})`;
    return fail({ code: "auth/failed", message: own.message, hint: own.hint }, status);
  }
  const wire = watch.failure ?? (isHuntError(error) ? error : undefined);
  if (wire !== undefined) return fromWire(wire, name, error);
  const entra = entraCode(text);
  const known = entraCodes[entra.slice(2, -1)];
  if (known !== undefined) return fail(known, entra);
  if (entra !== "")
    return fail(
      { code: "auth/refused", message: "Microsoft Entra refused", hint: "look the code up in Entra's documentation" },
      entra,
    );
  if (/expired/i.test(text) && /token|grant|code/i.test(text)) return fail(expired);
  if (/authorization_declined|access_denied/.test(text))
    return fail({ code: "auth/refused", message: "the sign-in was declined", hint: "sign in again" });
  if (watch.status !== undefined) return fail(fromStatus(watch.status));
  return fail({ code: "auth/failed", message: firstSentence(text), hint: "huntbook auth status shows every way" });
}

/** What an SDK says in general, without addresses. */
const firstSentence = (text: string): string =>
  firstLine(text)
    .replace(/https?:\/\/\S+/g, "")
    .replace(/\s*To troubleshoot.*$/, "")
    .slice(0, 160) || "it failed without saying why";

function fromWire(wire: HuntError, name: string, cause: unknown): HuntError {
  const isDate = wire.message.includes("not valid at this time");
  const hint =
    wire.code === "net/tls" && !isDate ? "set NODE_EXTRA_CA_CERTS to your organisation's certificates" : wire.hint;
  return new HuntError(wire.code, `${name}: ${wire.message}`, { cause, ...(hint === undefined ? {} : { hint }) });
}

function fromStatus(status: number): Explanation {
  if (status === 429)
    return { code: "auth/busy", message: "too many sign-ins (status 429)", hint: "wait a few minutes and try again" };
  if (status >= 500)
    return { code: "auth/busy", message: `the service fails (status ${status})`, hint: "try again later" };
  if (status === 401 || status === 403)
    return {
      code: "auth/refused",
      message: `the service refused (status ${status})`,
      hint: "check ids, secrets and roles",
    };
  return {
    code: "auth/failed",
    message: `the service answered with status ${status}`,
    hint: "check the configuration",
  };
}
