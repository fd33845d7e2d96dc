/** DuckDB's errors in our words. DuckDB says the kind at the start of the message; codes are not exposed to Node. */
import { HuntError, messageOf, type ErrorCode } from "../base/error.js";

interface Rule {
  readonly when: RegExp;
  readonly code: ErrorCode;
  readonly say: (message: string) => string;
  readonly hint: string;
}

/** The first line without DuckDB's advice to change settings that are locked here. */
const firstLine = (message: string): string => message.split("\n")[0] ?? message;

const rules: readonly Rule[] = [
  {
    when: /^INTERRUPT Error/,
    code: "query/cancelled",
    say: () => "the query was cancelled",
    hint: "run it again, or narrow its time range first",
  },
  {
    when: /No space left on device|not enough space on the disk|Disk full|ENOSPC/i,
    code: "frame/disk-full",
    say: () => "the disk that holds Huntbook's scratch folder or the file being written is full",
    hint: "free space, or set the scratch folder to another disk (`scratchRoot`)",
  },
  {
    when: /max_temp_directory_size|failed to offload data block/i,
    code: "frame/spill-limit",
    say: () => "the query needed more scratch space on disk than this session may use",
    hint: "narrow the time range or the columns, or raise the limit (`spillLimitBytes`)",
  },
  {
    when: /^Out of Memory Error/,
    code: "frame/out-of-memory",
    say: () => "the query needed more memory than this session may use",
    hint: "narrow the time range, summarize earlier, or raise the limit (`memoryLimitBytes`)",
  },
  {
    when: /^Permission Error: Cannot access (file|directory)/,
    code: "frame/folder-not-readable",
    say: firstLine,
    hint: "open the folder first (`store.mount(folder)`)",
  },
  {
    when: /^IO Error: No files found/,
    code: "frame/file-missing",
    say: firstLine,
    hint: "check the path and the pattern",
  },
];

/**
 * Turns anything thrown by DuckDB into a HuntError; a HuntError passes unchanged.
 *
 * Errors: `query/cancelled`, `frame/out-of-memory`, `frame/spill-limit`, `frame/disk-full`, `frame/folder-not-readable`,
 * `frame/file-missing`; everything else is `query/failed` with DuckDB's first line.
 */
export function toHuntError(error: unknown): HuntError {
  if (error instanceof HuntError) return error;
  const message = messageOf(error);
  const rule = rules.find(r => r.when.test(message));
  if (rule === undefined) return new HuntError("query/failed", firstLine(message), { cause: error });
  return new HuntError(rule.code, rule.say(message), { cause: error, hint: rule.hint });
}
