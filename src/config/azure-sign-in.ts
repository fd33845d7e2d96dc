/** Signing in to Azure: the configured ways, one after another, and a plain account of what each said. */
import { HuntError, isHuntError } from "../base/error.js";
import type { Secret } from "../base/secret.js";
import { explainSignInFailure } from "./azure-failure.js";
import { methods, type Application, type Method, type MethodContext, type Unavailable } from "./azure-methods.js";
import type { AzureTokenSource, FreshToken, TokenRenewal } from "./azure-token.js";
import { isGuid } from "./check-spec.js";
import type { AuthMethod } from "./section-table.js";

/** What one way to sign in said. */
export interface SignInAttempt {
  readonly method: AuthMethod;
  /** `asks`: works by asking a person, who was not asked now. `not tried`: an earlier way succeeded. */
  readonly state: "ok" | "failed" | "unavailable" | "asks" | "not tried";
  readonly detail: string;
  readonly hint?: string;
  readonly code?: string;
  /** ISO time when the token ends. */
  readonly expires?: string;
}

export interface AuthStatus {
  readonly cloud: string;
  readonly tenantId: string;
  readonly signedIn: boolean;
  /** In the order in which they are tried. */
  readonly attempts: readonly SignInAttempt[];
}

/** Ways that are tried when none are configured; MSTICPy's, without the one that no longer exists, the quick ones first. */
export const defaultMethods: readonly AuthMethod[] = ["env", "cli", "msi", "powershell", "devicecode"];

export type SignInContext = Omit<MethodContext, "tenantId" | "application"> & {
  readonly methods: readonly AuthMethod[];
  readonly application?: Application;
};

interface Wanted {
  readonly scope: string;
  readonly tenantId: string;
  readonly claims?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Known {
  readonly method: Method;
  readonly tokens: Map<string, FreshToken>;
}

/** One attempt that several callers wait for. */
interface Shared {
  readonly token: Promise<Secret>;
  readonly controller: AbortController;
  waiting: number;
}

function waitFor(shared: Shared, signal: AbortSignal | undefined): Promise<Secret> {
  shared.waiting++;
  return new Promise((done, failed) => {
    const leave = () => {
      signal?.removeEventListener("abort", stop);
      if (--shared.waiting === 0) shared.controller.abort();
    };
    const stop = () => {
      leave();
      failed(new HuntError("net/cancelled", "the sign-in was cancelled"));
    };
    if (signal?.aborted === true) return stop();
    signal?.addEventListener("abort", stop);
    shared.token.finally(leave).then(done, failed);
  });
}

/** Tokens are renewed this long before they expire. */
const marginMs = 5 * 60_000;

const openedKey = (method: AuthMethod, tenantId: string): string => `${method} ${tenantId}`;
const isUnavailable = (opened: Method | Unavailable): opened is Unavailable => "unavailable" in opened;

/** One sign-in for a session. Tokens are held in memory; whoever signed in by a browser may be kept, encrypted. */
export class AzureSignIn implements AzureTokenSource {
  readonly name: string;
  readonly #context: SignInContext;
  readonly #opened = new Map<string, Method | Unavailable>();
  /** By tenant: the way that worked. */
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Shared>();

  constructor(context: SignInContext) {
    this.#context = context;
    this.name = `Azure sign-in (${context.methods.join(", ")})`;
  }

  /**
   * A token from the first way that succeeds; later calls use the same way.
   * @throws HuntError `auth/none` with what each way said; the way's own error when it is the only one
   */
  getToken(scope: string, tenantId: string, signal?: AbortSignal): Promise<Secret> {
    const kept = this.#kept(scope, tenantId);
    if (kept !== undefined) return Promise.resolve(kept.token);
    // Ten queries at once ask a person once; it ends when nobody waits for it any more.
    const key = `${tenantId} ${scope}`;
    const shared = this.#running.get(key) ?? this.#start(key, signal => this.#fetch({ scope, tenantId, signal }));
    return waitFor(shared, signal);
  }

  /** A token from a sign-in of its own: what was kept for the tenant, also by the SDK, is left out. */
  renew({ scope, tenantId, refused, claims, signal }: TokenRenewal): Promise<Secret> {
    const kept = this.#kept(scope, tenantId);
    if (kept !== undefined && kept.token.reveal() !== refused.reveal()) return Promise.resolve(kept.token);
    const key = `renewed ${tenantId} ${scope}`;
    const fetch = (stop: AbortSignal) => {
      this.#known.delete(tenantId);
      for (const method of this.#context.methods) this.#opened.delete(openedKey(method, tenantId));
      return this.#fetch({ scope, tenantId, claims, signal: stop });
    };
    return waitFor(this.#running.get(key) ?? this.#start(key, fetch), signal);
  }

  #start(key: string, fetch: (signal: AbortSignal) => Promise<Secret>): Shared {
    const controller = new AbortController();
    const token = fetch(controller.signal).finally(() => this.#running.delete(key));
    const shared = { token, controller, waiting: 0 };
    this.#running.set(key, shared);
    return shared;
  }

  /** Tries each way that asks nobody, in order, and says what it said. Nothing is thrown for a way that fails. */
  async status(scope: string, tenantId: string, signal?: AbortSignal): Promise<AuthStatus> {
    const attempts: SignInAttempt[] = [];
    for (const method of this.#context.methods) {
      const done = attempts.some(a => a.state === "ok");
      attempts.push(
        done
          ? { method, state: "not tried", detail: "an earlier way succeeded" }
          : await this.#attempt(method, scope, tenantId, signal),
      );
    }
    const signedIn = attempts.some(a => a.state === "ok");
    return { cloud: this.#context.cloud.name, tenantId, signedIn, attempts };
  }

  #kept(scope: string, tenantId: string): FreshToken | undefined {
    const token = this.#known.get(tenantId)?.tokens.get(scope);
    return token !== undefined && token.expiresMs - marginMs > this.#context.nowMs() ? token : undefined;
  }

  async #fetch(wanted: Wanted): Promise<Secret> {
    const { tenantId, signal } = wanted;
    if (!isGuid(tenantId) && !/^[a-z0-9][a-z0-9.-]{1,100}$/i.test(tenantId))
      throw new HuntError("auth/refused", "the tenant's id is malformed", { hint: "check TenantId" });
    const known = this.#known.get(tenantId);
    if (known !== undefined) return this.#use(known.method, wanted);
    const failures: { method: AuthMethod; error: HuntError; tried: boolean }[] = [];
    for (const method of this.#context.methods) {
      const opened = this.#open(method, tenantId);
      if (isUnavailable(opened)) {
        const error = new HuntError(
          "auth/none",
          opened.unavailable,
          opened.hint === undefined ? {} : { hint: opened.hint },
        );
        failures.push({ method, error, tried: false });
        continue;
      }
      try {
        return await this.#use(opened, wanted);
      } catch (error) {
        if (isHuntError(error, "net/cancelled") || signal?.aborted === true) throw error;
        failures.push({ method, error: error as HuntError, tried: true });
      }
    }
    throw noneError(tenantId, failures);
  }

  async #use(method: Method, { scope, tenantId, claims, signal }: Wanted): Promise<Secret> {
    try {
      const token = await method.getToken(scope, signal, claims);
      const known = this.#known.get(tenantId) ?? { method, tokens: new Map() };
      known.tokens.set(scope, token);
      this.#known.set(tenantId, known);
      return token.token;
    } catch (error) {
      // A sign-in that ended is no reason to stay with it: the next call tries all ways again.
      this.#known.delete(tenantId);
      throw explainSignInFailure(error, method);
    }
  }

  async #attempt(
    method: AuthMethod,
    scope: string,
    tenantId: string,
    signal: AbortSignal | undefined,
  ): Promise<SignInAttempt> {
    const opened = this.#open(method, tenantId);
    if (isUnavailable(opened))
      return {
        method,
        state: "unavailable",
        detail: opened.unavailable,
        ...(opened.hint === undefined ? {} : { hint: opened.hint }),
      };
    if (opened.asksPerson === true && this.#kept(scope, tenantId) === undefined) {
      const remembered = await opened.remembered?.().catch(() => undefined);
      if (remembered === undefined && opened.unattended !== undefined) {
        const { unavailable: detail, hint } = opened.unattended;
        return { method, state: "unavailable", detail, ...(hint === undefined ? {} : { hint }) };
      }
      const detail =
        remembered === undefined
          ? `${opened.name}: asks you when it is needed`
          : `kept sign-in of ${remembered.account}`;
      return { method, state: "asks", detail };
    }
    try {
      await this.#use(opened, { scope, tenantId, signal });
      const expiresMs = this.#kept(scope, tenantId)?.expiresMs;
      return {
        method,
        state: "ok",
        detail: opened.name,
        ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
      };
    } catch (error) {
      if (!isHuntError(error) || signal?.aborted === true) throw error;
      const { code, message, hint } = error;
      return { method, state: "failed", detail: message, code, ...(hint === undefined ? {} : { hint }) };
    }
  }

  #open(method: AuthMethod, tenantId: string): Method | Unavailable {
    const key = openedKey(method, tenantId);
    const found = this.#opened.get(key);
    if (found !== undefined) return found;
    const { application, ...rest } = this.#context;
    const opened = methods[method]({ ...rest, tenantId, application });
    this.#opened.set(key, opened);
    return opened;
  }
}

function noneError(
  tenantId: string,
  failures: readonly { method: AuthMethod; error: HuntError; tried: boolean }[],
): HuntError {
  const [only, second] = failures;
  if (only !== undefined && second === undefined && only.tried) return only.error;
  const lines = failures.map(({ method, error }) => `  ${method}: ${error.message}`);
  // The first that could be tried is the likeliest to be meant.
  const hint = failures.find(f => f.tried)?.error.hint ?? failures.find(f => f.error.hint !== undefined)?.error.hint;
  return new HuntError("auth/none", [`no way to sign in to tenant '${tenantId}' succeeded:`, ...lines].join("\n"), {
    hint: hint ?? "set Azure.auth_methods, or run `az login`",
  });
}
