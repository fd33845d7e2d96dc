/** Runs a notebook of the gallery on a workspace and says where its results are; a notebook server will open it instead. */
import { basename, join } from "node:path";
import { formatNotebook, parseNotebook, renderReport } from "../notebook/runner/index.js";
import type { Context } from "./command.js";
import { exitCodes } from "./command.js";
import { describeRun, showProgress } from "./commands/run.js";
import { readText, writeText } from "./file.js";
import type { CliHost } from "./host.js";
import { printLine, printNote } from "./print.js";
import { createProgress } from "./progress.js";

export interface Hunt {
  /** File in the gallery, for example `getting-started.ipynb`. */
  readonly file: string;
  /** Folder of the workspace. */
  readonly workspace: string;
  /** Where the executed notebook and the report go. */
  readonly outDir: string;
  /** Lines to copy: what to try next. */
  readonly next: readonly string[];
}

/** @returns the exit code: done only when every cell ran and every result is whole */
export async function runHunt(hunt: Hunt, { io, galleryDir }: Context, host: CliHost): Promise<number> {
  const progress = createProgress(io);
  const notebook = parseNotebook(await readText(join(galleryDir, hunt.file)), hunt.file);
  const result = await host.runNotebook({
    notebook,
    dir: galleryDir,
    ...(await host.notebookHost({ workspace: hunt.workspace })),
    signal: io.signal,
    onProgress: event => showProgress(event, io.isTty ? progress.sink : undefined, text => printNote(io, text)),
  });
  progress.clear();
  const name = basename(hunt.file, ".ipynb");
  const [out, html] = [join(hunt.outDir, `${name}.ipynb`), join(hunt.outDir, `${name}.html`)];
  await writeText(out, formatNotebook(result.notebook));
  await writeText(html, renderReport(result.notebook, { title: hunt.file }));
  for (const line of describeRun(result, { name: hunt.file, out, html })) printLine(io, line);
  if (result.status === "cancelled") return exitCodes.interrupted;
  printLine(io);
  printLine(io, "What to try next:");
  for (const line of hunt.next) printLine(io, `  ${line}`);
  return result.status === "ok" && result.completeness.state === "complete" ? exitCodes.done : exitCodes.failed;
}
