/**
 * Entry of the V8 start-up snapshot: when it is built, the language service is loaded and warm; when a process starts
 * from it, requests are JSON lines on standard input and replies JSON lines on standard output.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { startupSnapshot } from "node:v8";
import type { CompileRequest } from "./remote.js";
import { createResponder } from "./responder.js";
import { decodeLine, encodeLine } from "./lines.js";
import { warmUp } from "./warm-up.js";

warmUp();
const respond = createResponder();

startupSnapshot.setDeserializeMainFunction(() => {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", line => process.stdout.write(encodeLine(respond(decodeLine(line) as CompileRequest))));
});
