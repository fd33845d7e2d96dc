import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import type { KqlCompiler } from "./api.js";
import type { CompileReply } from "./remote.js";
import { decodeLine, encodeLine } from "./lines.js";
import { createRemoteCompiler } from "./remote.js";

/**
 * A compiler in a process that starts from a V8 snapshot: ready in a fraction of the time that loading the language
 * service takes. Made by `tools/kql-snapshot.ts`; it must have been built by the same version of Node.
 */
export function createSnapshotCompiler(blobPath: string): KqlCompiler {
  return createRemoteCompiler(events => {
    const child = spawn(process.execPath, ["--snapshot-blob", blobPath], { stdio: ["pipe", "pipe", "ignore"] });
    const lines = createInterface({ input: child.stdout });
    lines.on("line", line => events.reply(decodeLine(line) as CompileReply));
    child.on("error", error => events.stopped(error.message));
    child.on("exit", code => events.stopped(`exit code ${code ?? "none"}`));
    child.stdin.on("error", error => events.stopped(error.message));
    child.unref();
    return {
      send: request => void child.stdin.write(encodeLine(request)),
      setBusy: busy => (busy ? child.ref() : child.unref()),
      close: async () => {
        const ended = new Promise<void>(resolve => child.once("close", () => resolve()));
        child.ref();
        child.removeAllListeners("exit");
        child.stdin.end();
        child.kill();
        await ended;
      },
    };
  });
}
