/**
 * A kernel's process: `node kernel-main.js CONNECTION-FILE [--workspace W] [--now TIME] [--data-dir DIR]`.
 *
 * Starts the protocol's thread before it loads anything else, so that front ends are answered while the rest loads.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { prepareInterrupts } from "./interrupt.js";
import { createOnItsWay } from "./pace.js";
import { startThread } from "./thread.js";
import type { ProtocolThreadData } from "./thread-port.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { workspace: { type: "string" }, now: { type: "string" }, "data-dir": { type: "string" } },
});
const [connectionFile] = positionals;
if (connectionFile === undefined) {
  process.stderr.write(
    "huntbook kernel: the first argument must be a connection file, which a Jupyter client writes\n",
  );
  process.exit(2);
}
const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };
// It is read by the C library before anything runs; programs that cells start do not need it.
delete process.env["MALLOC_TRIM_THRESHOLD_"];
const ownerPid = Number(process.env["JPY_PARENT_PID"]);
const interrupts = prepareInterrupts();
const onItsWay = createOnItsWay();
const threadData: ProtocolThreadData = {
  connectionFile: resolve(connectionFile),
  acknowledged: interrupts.acknowledged,
  onItsWay,
  version,
  dir: process.cwd(),
  ...(Number.isInteger(ownerPid) && ownerPid > 1 ? { ownerPid } : {}),
};
// It holds little; a small young generation keeps what it passes on from piling up.
const thread = startThread("protocol-thread", threadData, { maxYoungGenerationSizeMb: 8 });
// Only the kernel's own end ends the process.
thread.ref();
const { runKernel } = await import("./kernel-core.js");
await runKernel({
  thread,
  interrupts,
  onItsWay,
  dir: process.cwd(),
  host: {
    ...(values.workspace === undefined ? {} : { workspace: values.workspace }),
    ...(values.now === undefined ? {} : { now: values.now }),
    ...(values["data-dir"] === undefined ? {} : { dataDir: values["data-dir"] }),
  },
});
