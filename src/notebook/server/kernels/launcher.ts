/** Kernels as processes of this machine: ours, and every one that is installed for Jupyter. */
import { homedir } from "node:os";
import { KernelHandle } from "../../client/kernel-handle.js";
import type { JupyterEnvironment } from "../../client/jupyter-dirs.js";
import type { KernelSpec } from "../../client/kernel-spec.js";
import { findKernelSpecs, getKernelSpec, ownKernelName, ownKernelSpec } from "../../client/kernel-spec.js";
import type { KernelLauncher, LaunchRequest, RunningKernel } from "./port.js";

export interface ProcessLauncherOptions {
  /** Arguments of our kernel, for example `--workspace`, `./case`. */
  readonly kernelArgs: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What kernels write outside of cells. */
  readonly log: (line: string) => void;
}

export function createProcessLauncher(options: ProcessLauncherOptions): KernelLauncher {
  const environment: JupyterEnvironment = { env: options.env, platform: process.platform, home: homedir() };
  // Looked for each time: a kernel that is installed meanwhile appears when the page asks again.
  const find = (): ReadonlyMap<string, KernelSpec> =>
    new Map([...findKernelSpecs(environment), [ownKernelName, ownKernelSpec(options.kernelArgs)]]);
  return {
    defaultName: ownKernelName,
    specs: () => [...find().values()],
    launch: request => launch(getKernelSpec(request.name, find()), request, options),
  };
}

async function launch(
  spec: KernelSpec,
  request: LaunchRequest,
  { env, log }: ProcessLauncherOptions,
): Promise<RunningKernel> {
  const handle = await KernelHandle.start({
    spec,
    cwd: request.cwd,
    env: { ...env, ...(request.notebook === undefined ? {} : { JPY_SESSION_NAME: request.notebook }) },
    onProcessOutput: (_, text) => {
      for (const line of text.split("\n")) if (line.trim() !== "") log(`${spec.name}: ${line}`);
    },
  });
  return {
    send: (channel, message) => handle.channels.relay(channel, message),
    onMessage: listener => void handle.channels.onRaw(listener),
    onExit: listener => void handle.onState((state, why) => state === "dead" && listener(why)),
    interrupt: () => handle.interrupt(),
    restart: () => handle.restart(),
    shutdown: () => handle.shutdown(),
  };
}
