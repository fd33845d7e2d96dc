/** Access tokens from the Azure CLI's sign-in (`az login`). */
import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { TokenSource } from "../query/drivers/sentinel.js";

const run = promisify(execFile);

/** What a failed `az` has in its hands; its text may quote ids but never tokens. */
interface AzFailure {
  readonly code?: string | number;
  readonly stderr?: string;
}

function toAuthError(failure: AzFailure, tenantId: string): HuntError {
  if (failure.code === "ENOENT")
    return new HuntError("auth/az-missing", "the Azure CLI ('az') is not installed or not on the PATH", {
      hint: "install it and run: az login",
    });
  const login = `az login --tenant ${tenantId}`;
  if (/az login|AADSTS70043|AADSTS50173|AADSTS700082|expired/i.test(failure.stderr ?? ""))
    return new HuntError("auth/az-login", "the Azure CLI is not signed in, or its sign-in has expired", {
      hint: `run: ${login}`,
    });
  const line = (failure.stderr ?? "").split("\n").find(l => l.trim() !== "") ?? "no message";
  return new HuntError("auth/az-failed", `the Azure CLI could not give a token: ${line.trim().slice(0, 300)}`, {
    hint: `try: ${login}`,
  });
}

/**
 * Tokens by `az account get-access-token`, kept until five minutes before they expire.
 *
 * Source: https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 * @throws HuntError `auth/az-missing`, `auth/az-login`, `auth/az-failed`
 */
export function createAzCliTokens(nowMs: () => number): TokenSource {
  const known = new Map<string, { readonly token: Secret; readonly expiresMs: number }>();
  return {
    async getToken(scope, tenantId, signal) {
      const key = `${tenantId} ${scope}`;
      const found = known.get(key);
      if (found !== undefined && found.expiresMs - nowMs() > 5 * 60_000) return found.token;
      const args = ["account", "get-access-token", "--scope", scope, "--tenant", tenantId, "--output", "json"];
      const options = { timeout: 60_000, windowsHide: true, ...(signal === undefined ? {} : { signal }) };
      const isWindows = process.platform === "win32";
      const { stdout } = await run(isWindows ? "az.cmd" : "az", args, { ...options, shell: isWindows }).catch(
        (error: unknown) => {
          throw toAuthError(error as AzFailure, tenantId);
        },
      );
      const reply = JSON.parse(stdout) as { accessToken: string; expires_on?: number };
      const token = new Secret(reply.accessToken, "az login");
      known.set(key, { token, expiresMs: (reply.expires_on ?? 0) * 1000 });
      return token;
    },
  };
}
