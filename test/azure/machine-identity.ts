/** MSAL finds the service of the machine's identity once per process; tests of several files share a process. */
import { ManagedIdentityApplication } from "@azure/msal-node";

/** The next sign-in of the machine looks for its service anew. */
export function forgetMachineIdentity(): void {
  const application = new ManagedIdentityApplication() as unknown as {
    readonly managedIdentityClient: { readonly constructor: { identitySource?: unknown } };
  };
  application.managedIdentityClient.constructor.identitySource = undefined;
}
