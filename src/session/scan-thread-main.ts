/** The thread's side of `scan-thread.ts`. */
import { parentPort } from "node:worker_threads";
import { messageOf } from "../base/error.js";
import { PageScanner } from "../transform/ioc/scan-pages.js";
import type { ScanReply, ScanRequest } from "./scan-thread.js";

const jobs = new Map<number, PageScanner>();
const answer = (request: ScanRequest): ScanReply | undefined => {
  const { job } = request;
  if (request.kind === "end") jobs.delete(job);
  else if (request.kind === "start") jobs.set(job, new PageScanner(request.what));
  else {
    const scanned = jobs.get(job)?.scan(request.page);
    return scanned === undefined ? { job, failed: "no such job" } : { job, scanned };
  }
  return undefined;
};
parentPort?.on("message", (request: ScanRequest) => {
  try {
    const reply = answer(request);
    if (reply !== undefined) parentPort?.postMessage(reply);
  } catch (error) {
    parentPort?.postMessage({ job: request.job, failed: messageOf(error) } satisfies ScanReply);
  }
});
