/** A run as JUnit's XML, which CI servers read: the notebook is the suite, each code cell a test case. */
import { describeCompleteness } from "../../base/completeness.js";
import type { NotebookCell } from "./notebook.js";
import { cellTags } from "./notebook.js";
import type { NotebookRun } from "./run.js";
import { titleOf } from "./run.js";

export interface JUnitOptions {
  /** Of the suite: the notebook's file name. */
  readonly name: string;
  /** Results that are not whole are failures. */
  readonly failOnPartial: boolean;
}

/** What a failed cell printed, from its end. */
const maxPrinted = 20_000;

interface Case {
  readonly name: string;
  readonly tookMs: number;
  readonly verdict?: {
    readonly element: "failure" | "error" | "skipped";
    readonly type?: string;
    readonly message: string;
    readonly text?: string;
  };
  readonly printed?: string;
}

/**
 * Renders a run. A cell that fails, and a result that is not whole where that fails the run, is a `failure`; a process that
 * died while a cell ran is an `error`; a cell that did not run is `skipped`.
 *
 * Units: seconds. Source: https://github.com/testmoapp/junitxml
 */
export function renderJUnit(run: NotebookRun, options: JUnitOptions): string {
  const cases = run.notebook.cells
    .filter(cell => cell.cellType === "code" && cell.source.trim() !== "")
    .map((cell, index) => toCase(cell, index + 1, run, options));
  const count = (element: string) => cases.filter(c => c.verdict?.element === element).length;
  const totals = {
    name: options.name,
    tests: String(cases.length),
    failures: String(count("failure")),
    errors: String(count("error")),
    skipped: String(count("skipped")),
    time: toSeconds(run.tookMs),
  };
  const { startedAt } = readRun(run);
  const suite = startedAt === undefined ? totals : { ...totals, timestamp: startedAt.replace(/\.\d+Z$/, "") };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(totals)}>`,
    `  <testsuite${attributes(suite)}>`,
    ...cases.flatMap(c => drawCase(c, options.name)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function toCase(cell: NotebookCell, position: number, run: NotebookRun, { failOnPartial }: JUnitOptions): Case {
  const own = asObject(cell.metadata["huntbook"]);
  const tookMs = typeof own["tookMs"] === "number" ? own["tookMs"] : 0;
  const named = { name: `${position}: ${titleOf(cell)}`, tookMs };
  const failure = run.failures.find(f => f.cellId === cell.id);
  if (failure !== undefined) {
    const { name, code, message, traceback } = failure.error;
    const element = code === "notebook/kernel-died" ? "error" : "failure";
    const verdict = { element, type: code ?? name, message, text: traceback.join("\n") } as const;
    return { ...named, verdict, printed: printedBy(cell) };
  }
  if (cell.executionCount === null || cell.executionCount === undefined)
    return { ...named, verdict: { element: "skipped", message: whyNotRun(cell, run) } };
  if (own["status"] === "partial" && failOnPartial) {
    const message = describeCompleteness(run.completeness) ?? "the result is not whole";
    return { ...named, verdict: { element: "failure", type: "partial", message }, printed: printedBy(cell) };
  }
  return named;
}

function whyNotRun(cell: NotebookCell, { status }: NotebookRun): string {
  if (cellTags(cell).includes("skip-execution")) return "the cell is tagged skip-execution";
  return status === "cancelled" ? "the run was cancelled" : "a cell before it failed";
}

const printedBy = ({ outputs = [] }: NotebookCell): string =>
  outputs
    .map(o => (o.output_type === "stream" ? o.text : ""))
    .join("")
    .slice(-maxPrinted);

function drawCase({ name, tookMs, verdict, printed = "" }: Case, suite: string): readonly string[] {
  const head = `    <testcase${attributes({ classname: suite.replace(/(?:\.hunt\.md|\.ipynb)$/, ""), name, time: toSeconds(tookMs) })}`;
  if (verdict === undefined) return [`${head}/>`];
  const { element, type, message, text } = verdict;
  const said = `      <${element}${attributes({ message, ...(type === undefined ? {} : { type }) })}`;
  const body = text === undefined ? `${said}/>` : `${said}>${escapeXml(text)}</${element}>`;
  const out = printed === "" ? [] : [`      <system-out>${escapeXml(printed)}</system-out>`];
  return [`${head}>`, body, ...out, "    </testcase>"];
}

function readRun(run: NotebookRun): { readonly startedAt?: string } {
  const { startedAt } = asObject(asObject(run.notebook.metadata["huntbook"])["run"]);
  return typeof startedAt === "string" ? { startedAt } : {};
}

const toSeconds = (ms: number): string => (ms / 1000).toFixed(3);

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replace(/[\t\n\r]/g, c => `&#${c.charCodeAt(0)};`)}"`)
    .join("");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What XML 1.0 cannot hold (control characters, halves of surrogate pairs) becomes U+FFFD. Source: https://www.w3.org/TR/xml/#charsets */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, c => entities[c] ?? c);
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
