/**
 * Plans of one-off commands, kept in files: the same query on the same data is not compiled twice, and the compiler is not even
 * started. A plan holds the literals of its query, as a saved notebook does; texts with an obfuscated literal (`h"…"`) and
 * values bound from outside never reach a file.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { CompileResult, EditKind, EditRequest, KqlCompiler, KqlEnvironment } from "../kql/api.js";
import { isClockDependent, planKey } from "../kql/cache.js";
import { decodeLine, encodeLine } from "../kql/lines.js";
import { writeAtomic } from "../workspace/storage/files.js";

export interface KeptPlansOptions {
  readonly dir: string;
  /** What the plans are made by: plans of another build are no plans. */
  readonly build: string;
  readonly start: () => KqlCompiler;
  /** The query that is to come, when it is known: without a plan of it the compiler is started at once. */
  readonly expected?: string;
}

interface KeptPlan {
  readonly build: string;
  readonly key: string;
  /** Undefined when the answer does not depend on the clock. */
  readonly now?: string;
  readonly result: CompileResult;
}

const maxFiles = 200;
const maxBytes = 1 << 20;

/** A compiler that looks into the files first. A file for each text holds its newest plan. */
export function createKeepingCompiler({ dir, build, start, expected }: KeptPlansOptions): KqlCompiler {
  let started: KqlCompiler | undefined;
  const compiler = (): KqlCompiler => (started ??= start());
  if (expected !== undefined && !existsSync(planFile(dir, expected))) compiler();
  return {
    compile: async (text, environment) => {
      if (!mayKeep(text, environment)) return compiler().compile(text, environment);
      const key = digest(planKey(text, environment));
      const known = await readPlan(planFile(dir, text));
      if (known?.build === build && known.key === key && (known.now === undefined || known.now === environment.now))
        return known.result;
      const result = await compiler().compile(text, environment);
      const now = isClockDependent(result) ? { now: environment.now } : {};
      if (result.state === "ready") await keepPlan(dir, text, { build, key, ...now, result });
      return result;
    },
    edit: <K extends EditKind>(request: EditRequest & { readonly kind: K }, environment: KqlEnvironment) =>
      compiler().edit<K>(request, environment),
    close: async () => started?.close(),
  };
}

function mayKeep(text: string, { answers, scalars = [] }: KqlEnvironment): boolean {
  return answers === undefined && scalars.length === 0 && !/\bh(?:@?["']|```|~~~)/i.test(text);
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

function planFile(dir: string, text: string): string {
  return join(dir, `${digest(text).slice(0, 32)}.plan`);
}

/** A file that cannot be read is as good as none: the query is compiled, and the file written anew. */
async function readPlan(path: string): Promise<KeptPlan | undefined> {
  try {
    const plan = decodeLine(await readFile(path, "utf8")) as KeptPlan;
    const now = new Date();
    await utimes(path, now, now);
    return plan;
  } catch {
    return undefined;
  }
}

/** A plan that cannot be kept (a full disk, a folder that is not ours) costs the next command its time and nothing else. */
async function keepPlan(dir: string, text: string, plan: KeptPlan): Promise<void> {
  const line = encodeLine(plan);
  if (line.length > maxBytes) return;
  try {
    await mkdir(dir, { recursive: true });
    await chmod(dir, 0o700);
    await writeAtomic(planFile(dir, text), line, String(process.pid));
    await removeOldest(dir);
  } catch {
    return;
  }
}

async function removeOldest(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter(name => name.endsWith(".plan"));
  if (names.length <= maxFiles) return;
  const aged = await Promise.all(names.map(async name => ({ name, ms: (await stat(join(dir, name))).mtimeMs })));
  const oldest = aged.sort((a, b) => a.ms - b.ms).slice(0, names.length - maxFiles);
  for (const { name } of oldest) await rm(join(dir, name), { force: true });
}
