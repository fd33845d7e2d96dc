/** The loop around a compiler that may ask: answer, compile again, until there is nothing left to ask. */
import type {
  CompileResult,
  EnrichAsk,
  ExternalSource,
  KqlAnswer,
  KqlAsk,
  KqlEnvironment,
  KqlQuestion,
  Relation,
} from "./api.js";
import { HuntError } from "../base/error.js";

/** A text asks at most once for each such operator in it. */
const mostQuestions = 32;

export type AnsweredResult = Exclude<CompileResult, { readonly state: "needs" }>;

export interface AnswerPort {
  readonly compile: (text: string, environment: KqlEnvironment) => Promise<CompileResult>;
  /** Runs a question's query; rows as texts, at most `maxRows` and one more. */
  readonly rows: (ask: KqlAsk & { readonly kind: "rows" }) => Promise<readonly (readonly (string | null)[])[]>;
  /**
   * Reads external data into a table that stays until the query has run. Absent: `externaldata` is refused.
   * @throws HuntError `external/…` what is shown at the operator
   */
  readonly external?: (source: ExternalSource) => Promise<Relation>;
  /**
   * Finds out about values: a table of the value and what is known of it, under the question's key. Absent: refused.
   * @throws HuntError what is shown at the operator, except `query/…`, `internal/…` and `net/cancelled`
   */
  readonly enrich?: (ask: EnrichAsk, key: string) => Promise<Relation>;
}

const off = {
  message: "externaldata is off: nothing says which hosts and folders it may read",
  hint: "allow them in the configuration: Huntbook: { ExternalData: { Hosts: [host], Folders: [folder] } }",
};

/**
 * Compiles a text, finding out what it depends on.
 *
 * Shape: `ready`, `refused` or `failed`; never `needs`.
 */
export async function compileAnswered(
  text: string,
  environment: KqlEnvironment,
  port: AnswerPort,
): Promise<AnsweredResult> {
  const answers: KqlAnswer[] = [];
  for (let round = 0; round <= mostQuestions; round++) {
    const result = await port.compile(text, answers.length === 0 ? environment : { ...environment, answers });
    if (result.state !== "needs") return result;
    answers.push(await answerTo(result.question, port));
  }
  throw new HuntError("internal/bug", "the KQL compiler asks without end");
}

const notHere = {
  message: "enrichment is not to be had here: it belongs to a session",
  hint: "run the query in a notebook, with `huntbook query`, or through createSession",
};

const nothing = { rows: [], cut: false, tables: [], clockDependent: false };

async function answerTo({ asks, ...question }: KqlQuestion, port: AnswerPort): Promise<KqlAnswer> {
  if (asks.kind === "external") return { ...question, ...nothing, ...(await readExternal(asks.source, port)) };
  if (asks.kind === "enrich") {
    const { tables, clockDependent } = asks.query;
    return { ...question, ...nothing, tables, clockDependent, ...(await enrich(asks, question.key, port)) };
  }
  const rows = await port.rows(asks);
  const { query, maxRows } = asks;
  const { tables, clockDependent } = query;
  return { ...question, rows: rows.slice(0, maxRows), cut: rows.length > maxRows, tables, clockDependent };
}

async function readExternal(
  source: ExternalSource,
  port: AnswerPort,
): Promise<Pick<KqlAnswer, "relation" | "refused">> {
  if (port.external === undefined) return { refused: off };
  try {
    return { relation: await port.external(source) };
  } catch (error) {
    if (!(error instanceof HuntError) || !error.code.startsWith("external/")) throw error;
    return { refused: { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } };
  }
}

async function enrich(ask: EnrichAsk, key: string, port: AnswerPort): Promise<Pick<KqlAnswer, "relation" | "refused">> {
  if (port.enrich === undefined) return { refused: notHere };
  try {
    return { relation: await port.enrich(ask, key) };
  } catch (error) {
    if (!(error instanceof HuntError) || /^(?:query|frame|internal)\/|\/cancelled$/.test(error.code)) throw error;
    return { refused: { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } };
  }
}

/** Compiles as far as it goes without data: external tables and enrichment count as empty; a question of the data ends it. */
export function compileWithoutData(
  compile: (environment: KqlEnvironment) => CompileResult,
  environment: KqlEnvironment,
): CompileResult {
  const answers: KqlAnswer[] = [];
  for (;;) {
    const result = compile(answers.length === 0 ? environment : { ...environment, answers });
    if (result.state !== "needs" || result.question.asks.kind === "rows") return result;
    const { key, at, kind, facts } = result.question;
    answers.push({ key, at, kind, facts, ...nothing });
    if (answers.length > mostQuestions) return result;
  }
}
