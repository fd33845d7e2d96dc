/** The ways to sign in to Azure, by MSTICPy's names. The SDK is loaded with the first that needs it. */
import type { TokenCredential } from "@azure/core-auth";
import type * as AzureIdentity from "@azure/identity";
import type { TokenCredentialOptions } from "@azure/identity";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpClient } from "../net/client.js";
import { newWatch, sdkOptions, type WireWatch } from "./azure-http.js";
import { createAzureCliTokens, type FreshToken, type RunProgram } from "./azure-token.js";
import type { Cloud } from "./cloud.js";
import type { SecretStore } from "./secret-store.js";
import type { AuthMethod } from "./section-table.js";
import type { EnvironmentVariables } from "./setting.js";
import { persistentCache, type RememberedSignIn } from "./token-cache.js";

/** What a person must do to sign in by a code. */
export interface DeviceCodePrompt {
  readonly message: string;
  readonly userCode: string;
  readonly verificationUri: string;
}

/** An application that signs in instead of a person. */
export interface Application {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** PEM file with certificate and private key. */
  readonly certificatePath?: string;
  readonly certificatePassword?: Secret;
  readonly sendCertificateChain?: boolean;
}

export interface MethodContext {
  readonly tenantId: string;
  readonly cloud: Cloud;
  readonly env: EnvironmentVariables;
  readonly http: HttpClient;
  /** For the identity of this machine, whose service must not be reached through a proxy. */
  readonly directHttp: HttpClient;
  readonly nowMs: () => number;
  readonly application: Application | undefined;
  /** Shows a code to the person; undefined when nobody is there. */
  readonly prompt: ((prompt: DeviceCodePrompt) => void) | undefined;
  /** Whether a browser on this machine can be seen by the person. */
  readonly hasBrowser: boolean;
  /** Nobody is there: a run without a front end, or `HUNTBOOK_NO_PROMPT`. What was signed in to before is used. */
  readonly isUnattended?: boolean;
  /** Where sign-ins are kept for the next session. */
  readonly store: SecretStore | undefined;
  readonly run: RunProgram | undefined;
}

/** A way that can be tried. */
export interface Method {
  /** For people: `application 1234…`, `az login`. */
  readonly name: string;
  readonly watch: WireWatch;
  /** What its failures mean when the service says nothing more exact. */
  readonly failures?: readonly MethodFailure[];
  /** True when trying it asks a person to do something. */
  readonly asksPerson?: boolean;
  /** Why nobody can be asked; then only an earlier sign-in serves. */
  readonly unattended?: Unavailable;
  /** `claims`: what a service asked for when it refused the last token. */
  getToken(scope: string, signal?: AbortSignal, claims?: string): Promise<FreshToken>;
  /** What is known of an earlier sign-in, without asking anyone. */
  readonly remembered?: () => Promise<RememberedSignIn | undefined>;
}
/** A text of an SDK, or any failure, in words. */
export interface MethodFailure {
  readonly when: RegExp;
  readonly message: string;
  readonly hint: string;
}
/** A way that cannot be tried here, and why. */
export interface Unavailable {
  readonly unavailable: string;
  readonly hint?: string;
}

type Open = (context: MethodContext) => Method | Unavailable;

/** The public client of the Azure CLI, which tenants know. */
const publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/** IMDS answers at once or is not there. */
const identityTimeoutMs = 3_000;

export const methods = {
  env: openEnvironment,
  msi: openManagedIdentity,
  cli: openCli,
  interactive: openInteractive,
  devicecode: openDeviceCode,
  powershell: openPowerShell,
  clientsecret: openClientSecret,
  certificate: openCertificate,
  vscode: () => ({
    unavailable: "Visual Studio Code no longer offers its sign-in to other programs",
    hint: "use cli (`az login` in its terminal) or devicecode instead",
  }),
} as const satisfies Record<AuthMethod, Open>;

type Identity = typeof AzureIdentity;

interface SdkMethod {
  readonly failures?: readonly MethodFailure[];
  readonly name: string;
  readonly create: (identity: Identity, options: TokenCredentialOptions) => TokenCredential | Promise<TokenCredential>;
  readonly http?: HttpClient;
  readonly timeoutMs?: number;
  readonly retries?: number;
}

const knownLogins = new Set([
  "https://login.microsoftonline.com",
  "https://login.microsoftonline.us",
  "https://login.chinacloudapi.cn",
]);

/** A credential of the SDK, made when a token is asked for; the tenant is always said. */
function sdkMethod(context: MethodContext, method: SdkMethod): Method {
  const watch = newWatch();
  let made: Promise<TokenCredential> | undefined;
  const current: { signal: AbortSignal | undefined } = { signal: undefined };
  const create = async () => {
    const identity = await import("@azure/identity");
    const sdk = sdkOptions({
      http: method.http ?? context.http,
      watch,
      nowMs: context.nowMs,
      ...(method.timeoutMs === undefined ? {} : { timeoutMs: method.timeoutMs }),
      ...(method.retries === undefined ? {} : { retries: method.retries }),
      signal: () => current.signal,
    });
    return method.create(identity, {
      ...sdk,
      authorityHost: context.cloud.login,
      // Only Microsoft's own addresses can be looked up at Microsoft.
      ...(knownLogins.has(context.cloud.login) ? {} : { disableInstanceDiscovery: true }),
    });
  };
  return {
    name: method.name,
    watch,
    ...(method.failures === undefined ? {} : { failures: method.failures }),
    async getToken(scope, signal, claims) {
      current.signal = signal;
      made ??= create();
      const options = {
        ...(signal === undefined ? {} : { abortSignal: signal }),
        ...(claims === undefined ? {} : { claims, enableCae: true }),
      };
      const token = await (await made).getToken(scope, options);
      if (token === null) throw new HuntError("auth/none", `${method.name} gave no token`);
      return { token: new Secret(token.token, method.name), expiresMs: token.expiresOnTimestamp };
    },
  };
}

const value = (env: EnvironmentVariables, name: string): string | undefined =>
  env[name] === undefined || env[name] === "" ? undefined : env[name];

function openEnvironment(context: MethodContext): Method | Unavailable {
  const { env } = context;
  const clientId = value(env, "AZURE_CLIENT_ID");
  const [secret, path] = [value(env, "AZURE_CLIENT_SECRET"), value(env, "AZURE_CLIENT_CERTIFICATE_PATH")];
  const [user, password] = [value(env, "AZURE_USERNAME"), value(env, "AZURE_PASSWORD")];
  const tenantId = value(env, "AZURE_TENANT_ID");
  const hint =
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH, or AZURE_USERNAME and AZURE_PASSWORD)";
  if (clientId === undefined || tenantId === undefined)
    return { unavailable: `${clientId === undefined ? "AZURE_CLIENT_ID" : "AZURE_TENANT_ID"} is not set`, hint };
  const certificatePassword = value(env, "AZURE_CLIENT_CERTIFICATE_PASSWORD");
  const application = {
    clientId,
    ...(secret === undefined ? {} : { clientSecret: new Secret(secret, "env:AZURE_CLIENT_SECRET") }),
    ...(path === undefined ? {} : { certificatePath: path }),
    ...(certificatePassword === undefined
      ? {}
      : { certificatePassword: new Secret(certificatePassword, "env:AZURE_CLIENT_CERTIFICATE_PASSWORD") }),
    sendCertificateChain: /^(?:true|1)$/i.test(value(env, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") ?? ""),
  };
  if (secret !== undefined) return openClientSecret({ ...context, application });
  if (path !== undefined) return openCertificate({ ...context, application });
  if (user === undefined || password === undefined)
    return { unavailable: "neither a secret, a certificate nor a password is set", hint };
  return sdkMethod(context, {
    name: `user ${user}`,
    create: ({ UsernamePasswordCredential }, options) =>
      // Without a second factor: for automation in old tenants only.

      new UsernamePasswordCredential(context.tenantId, clientId, user, password, options),
  });
}

function openClientSecret(context: MethodContext): Method | Unavailable {
  const { application, tenantId } = context;
  const secret = application?.clientSecret;
  if (application === undefined || secret === undefined)
    return {
      unavailable: "no application with a secret is configured",
      hint: "set DataProviders.AzureCLI.Args: clientId, tenantId and clientSecret",
    };
  return sdkMethod(context, {
    name: `application ${application.clientId}`,
    create: ({ ClientSecretCredential }, options) =>
      new ClientSecretCredential(tenantId, application.clientId, secret.reveal(), options),
  });
}

function openCertificate(context: MethodContext): Method | Unavailable {
  const { application, tenantId } = context;
  const certificatePath = application?.certificatePath;
  if (application === undefined || certificatePath === undefined)
    return {
      unavailable: "no application with a certificate is configured",
      hint: "set Certificate and ClientId under the workspace's Args, or AZURE_CLIENT_CERTIFICATE_PATH",
    };
  const { certificatePassword, clientId, sendCertificateChain } = application;
  return sdkMethod(context, {
    name: `application ${clientId} with its certificate`,
    create: ({ ClientCertificateCredential }, options) =>
      new ClientCertificateCredential(
        tenantId,
        clientId,
        {
          certificatePath,
          ...(certificatePassword === undefined ? {} : { certificatePassword: certificatePassword.reveal() }),
        },
        { ...options, ...(sendCertificateChain === true ? { sendCertificateChain } : {}) },
      ),
  });
}

/** Elsewhere than in Azure nobody answers, or somebody else does. */
const noIdentity: readonly MethodFailure[] = [
  {
    when: /./,
    message: "no managed identity answers on this machine",
    hint: "only machines in Azure have one: assign it there, or take msi out of Azure.auth_methods",
  },
];
const noPowerShell: readonly MethodFailure[] = [
  {
    when: /Unable to execute PowerShell/,
    message: "PowerShell (pwsh) is not installed",
    hint: "install it with the module Az, or take powershell out of Azure.auth_methods",
  },
  {
    when: /module is not installed|Az\.Accounts/,
    message: "PowerShell's module Az is not installed",
    hint: "Install-Module Az, then Connect-AzAccount",
  },
  { when: /Connect-AzAccount/, message: "nobody is signed in", hint: "run Connect-AzAccount in PowerShell" },
];

/** Azure Machine Learning's compute says which of its identities is meant. */
function openManagedIdentity(context: MethodContext): Method {
  const { env } = context;
  const clientId = value(env, "DEFAULT_IDENTITY_CLIENT_ID") ?? value(env, "AZURE_CLIENT_ID");
  return sdkMethod(context, {
    name: "managed identity of this machine",
    http: context.directHttp,
    failures: noIdentity,
    timeoutMs: identityTimeoutMs,
    retries: 0,
    create: ({ ManagedIdentityCredential }, options) =>
      clientId === undefined
        ? new ManagedIdentityCredential(options)
        : new ManagedIdentityCredential(clientId, options),
  });
}

function openCli(context: MethodContext): Method {
  const { nowMs, run, tenantId } = context;
  const tokens = createAzureCliTokens({ nowMs, ...(run === undefined ? {} : { run }) });
  return {
    name: tokens.name,
    watch: newWatch(),
    getToken: async (scope, signal) => ({ token: await tokens.getToken(scope, tenantId, signal), expiresMs: 0 }),
  };
}

function openPowerShell(context: MethodContext): Method {
  return sdkMethod(context, {
    name: "Connect-AzAccount (PowerShell)",
    failures: noPowerShell,
    create: ({ AzurePowerShellCredential }) =>
      new AzurePowerShellCredential({ tenantId: context.tenantId, processTimeoutInMs: 20_000 }),
  });
}

/** Sign-ins of people are kept, encrypted, when there is where. */
function personMethod(context: MethodContext, kind: "interactive" | "devicecode", method: SdkMethod): Method {
  const { store, tenantId, cloud } = context;
  const cache = persistentCache(store, `${kind}/${cloud.name}/${tenantId}`);
  const inner = sdkMethod(context, {
    ...method,
    create: async (identity, options) => {
      const kept = await cache.options(identity);
      const credential = await method.create(identity, { ...options, ...kept });
      return cache.remembering(credential);
    },
  });
  return { ...inner, asksPerson: true, remembered: () => cache.remembered() };
}

/** Without a person: who signed in before, and was kept, serves; anything else ends with the reason instead of waiting. */
function withoutPerson(method: Method, unattended: Unavailable): Method {
  const refuse = (cause?: unknown) =>
    new HuntError("auth/none", unattended.unavailable, {
      cause,
      ...(unattended.hint === undefined ? {} : { hint: unattended.hint }),
    });
  return {
    ...method,
    unattended,
    getToken: async (scope, signal, claims) => {
      if ((await method.remembered?.().catch(() => undefined)) === undefined) throw refuse();
      try {
        return await method.getToken(scope, signal, claims);
      } catch (error) {
        throw (error as Error).name === "AuthenticationRequiredError" ? refuse(error) : error;
      }
    },
  };
}

const nobody = (what: string): Unavailable => ({
  unavailable: `nobody is there to ${what}`,
  hint: "sign in before (az login), or give automation an application (docs: Configuration, Microsoft Sentinel)",
});

function openInteractive(context: MethodContext): Method | Unavailable {
  if (context.isUnattended === true)
    return withoutPerson(
      personMethod(context, "interactive", {
        name: "browser on this machine",
        create: ({ InteractiveBrowserCredential }, options) =>
          new InteractiveBrowserCredential({
            ...options,
            ...{ tenantId: context.tenantId, clientId: publicClientId, disableAutomaticAuthentication: true },
          }),
      }),
      nobody("sign in with a browser"),
    );
  if (!context.hasBrowser)
    return {
      unavailable: "there is no browser on the machine where the notebook runs",
      hint: "use devicecode, which works from any browser",
    };
  return personMethod(context, "interactive", {
    name: "browser on this machine",
    create: ({ InteractiveBrowserCredential }, options) =>
      new InteractiveBrowserCredential({ ...options, tenantId: context.tenantId, clientId: publicClientId }),
  });
}

function openDeviceCode(context: MethodContext): Method | Unavailable {
  const { prompt, tenantId } = context;
  if (prompt === undefined || context.isUnattended === true)
    return withoutPerson(
      personMethod(context, "devicecode", {
        name: "code entered in a browser",
        create: ({ DeviceCodeCredential }, options) =>
          new DeviceCodeCredential({
            ...options,
            tenantId,
            clientId: publicClientId,
            disableAutomaticAuthentication: true,
          }),
      }),
      nobody("enter a code"),
    );
  return personMethod(context, "devicecode", {
    name: "code entered in a browser",
    create: ({ DeviceCodeCredential }, options) =>
      new DeviceCodeCredential({
        ...options,
        tenantId,
        clientId: publicClientId,
        userPromptCallback: ({ message, userCode, verificationUri }) => prompt({ message, userCode, verificationUri }),
      }),
  });
}
