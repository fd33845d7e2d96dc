/** The loop around a compiler that may ask: answer, compile again, until there is nothing left to ask. */
import type { CompileResult, KqlAnswer, KqlEnvironment, KqlQuestion } from "./api.js";
import { HuntError } from "../base/error.js";

/** A text asks at most once for each such operator in it. */
const mostQuestions = 32;

export interface AnswerPort {
  readonly compile: (text: string, environment: KqlEnvironment) => Promise<CompileResult>;
  /** Runs a question's query; rows as texts, at most `maxRows` and one more. */
  readonly answer: (question: KqlQuestion) => Promise<readonly (readonly (string | null)[])[]>;
}

/**
 * Compiles a text, running the queries whose answers it depends on.
 *
 * Shape: `ready`, `refused` or `failed`; never `needs`.
 */
export async function compileAnswered(
  text: string,
  environment: KqlEnvironment,
  port: AnswerPort,
): Promise<Exclude<CompileResult, { readonly state: "needs" }>> {
  const answers: KqlAnswer[] = [];
  for (let round = 0; round <= mostQuestions; round++) {
    const result = await port.compile(text, answers.length === 0 ? environment : { ...environment, answers });
    if (result.state !== "needs") return result;
    const { query, maxRows, ...question } = result.question;
    const rows = await port.answer(result.question);
    const { tables, clockDependent } = query;
    answers.push({ ...question, rows: rows.slice(0, maxRows), cut: rows.length > maxRows, tables, clockDependent });
  }
  throw new HuntError("internal/bug", "the KQL compiler asks without end");
}
