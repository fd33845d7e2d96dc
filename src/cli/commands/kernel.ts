import { resolve } from "node:path";
import { didYouMean } from "../../base/suggest.js";
import { installKernel, listKernels, uninstallKernel, type InstallPlace } from "../../notebook/client/install.js";
import { ownKernelName } from "../../notebook/client/kernel-spec.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { printJson, printLine, printTable } from "../print.js";

const actions = ["install", "uninstall", "list"] as const;

export const kernelCommand: Command = {
  name: "kernel",
  summary: "Make Huntbook's kernel known to Jupyter, VS Code and whatever else starts Jupyter kernels.",
  synopsis: "kernel install|uninstall|list [options]",
  details:
    "install writes a kernel specification into the user's Jupyter folder (or that of an environment, or the machine's). It names\n" +
    "this installation of Node and of Huntbook: install again when one of them has moved.",
  options: {
    user: { type: "boolean", help: "For this user (this is the default)" },
    prefix: { type: "string", value: "DIR", help: "For the Python or conda environment in DIR" },
    system: { type: "boolean", help: "For every user of this machine" },
    name: { type: "string", value: "NAME", help: `Name of the kernel (default: ${ownKernelName})` },
    "display-name": { type: "string", value: "TEXT", help: "What front ends show (default: TypeScript (Huntbook))" },
    workspace: {
      type: "string",
      short: "w",
      value: "W",
      help: "Default workspace of its notebooks: a name or a folder",
    },
    json: { type: "boolean", help: "list: print as JSON" },
  },
  examples: [
    "huntbook kernel install",
    "huntbook kernel install --prefix .venv --name case-042 --display-name 'Case 042' --workspace ./case-042",
    "huntbook kernel list",
    "huntbook kernel uninstall",
  ],
  positionals: { min: 1, max: 1, names: "'install', 'uninstall' or 'list'" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const action = args.positionals[0] ?? "";
  switch (actions.find(a => a === action)) {
    case "install":
      return install(args, context);
    case "uninstall": {
      const dir = uninstallKernel(readPlace(args, context.io.cwd), args.text("name") ?? ownKernelName);
      printLine(context.io, `Removed ${dir}`);
      return exitCodes.done;
    }
    case "list":
      return list(args, context);
    default:
      throw usageError(`'huntbook kernel' has no '${action}'${didYouMean(action, actions)}`);
  }
}

function install(args: Args, { io }: Context): number {
  const name = args.text("name") ?? ownKernelName;
  const workspace = args.text("workspace");
  // A folder counts from here, not from where a notebook will lie; a plain word may be a configured name.
  const chosen = workspace !== undefined && /[/\\]/.test(workspace) ? resolve(io.cwd, workspace) : workspace;
  const dir = installKernel({
    place: readPlace(args, io.cwd),
    name,
    displayName: args.text("display-name") ?? "TypeScript (Huntbook)",
    args: chosen === undefined ? [] : ["--workspace", chosen],
  });
  printLine(io, `Installed the kernel '${name}' in ${dir}`);
  printLine(io, "Jupyter and VS Code offer it in new windows; running ones may need a reload.");
  return exitCodes.done;
}

async function list(args: Args, { io }: Context): Promise<number> {
  const kernels = await listKernels();
  if (args.flag("json"))
    printJson(io, {
      kernels: kernels.map(k => ({ name: k.spec.name, displayName: k.spec.displayName, dir: k.dir, own: k.own })),
    });
  else
    printTable(
      io,
      ["name", "shown as", "language", "from"],
      kernels.map(k => [k.spec.name, k.spec.displayName, k.spec.language, k.own ? `${k.dir} (this is ours)` : k.dir]),
    );
  return exitCodes.done;
}

function readPlace(args: Args, cwd: string): InstallPlace {
  const prefix = args.text("prefix");
  const said = [args.flag("user"), args.flag("system"), prefix !== undefined].filter(Boolean).length;
  if (said > 1) throw usageError("'--user', '--system' and '--prefix' exclude each other");
  if (prefix !== undefined) return { kind: "prefix", prefix: resolve(cwd, prefix) };
  return { kind: args.flag("system") ? "system" : "user" };
}
