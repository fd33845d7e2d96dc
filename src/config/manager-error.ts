/** Failures of Azure Resource Manager in words. */
import { HuntError } from "../base/error.js";

/** What a status of Resource Manager or Resource Graph means, and what to do. */
export function managerError(status: number, service: string): HuntError {
  const says: Readonly<Record<number, readonly [string, string]>> = {
    401: ["does not accept the sign-in", "sign in again (huntbook auth status), and check TenantId and Azure.cloud"],
    403: ["refuses access", "the sign-in needs the role Reader on the subscription or the workspace"],
    404: ["knows no such thing", "check the ids and Azure.cloud"],
    429: ["is asked too often", "wait a minute and try again"],
  };
  const [message, hint] = says[status] ?? ["fails", "try again later"];
  return new HuntError("config/resolve", `${service} ${message} (status ${status})`, { hint });
}
