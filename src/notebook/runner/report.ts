/** An executed notebook → one HTML file to hand over: no scripts, nothing fetched, every text escaped. */
import type { Completeness } from "../../base/completeness.js";
import { describeCompleteness } from "../../base/completeness.js";
import { messageOf } from "../../base/error.js";
import type { FindingData, Html, TableCell, ViewNode } from "../../view/index.js";
import {
  findingMime,
  findingsTable,
  html,
  parseFinding,
  parseView,
  prettyJson,
  renderDocument,
  renderFragment,
  strictestTlp,
  viewMime,
} from "../../view/index.js";
import type { Heading } from "./markdown.js";
import { MarkdownRenderer } from "./markdown.js";
import type { Json, Notebook, NotebookCell, NotebookOutput } from "./notebook.js";
import { cellTags } from "./notebook.js";

export interface ReportOptions {
  /** Used when the notebook has no heading, for example its file name. */
  readonly title?: string;
}

const maxTextLength = 200_000;

/**
 * Renders the outputs that the notebook holds, its text and, folded, its code.
 *
 * Views (`application/vnd.huntbook.view+json`) are drawn by our own renderer; pictures stand in the file; foreign `text/html` is never
 * trusted: its text alternative is shown, or its source as text.
 */
export function renderReport(notebook: Notebook, options: ReportOptions = {}): string {
  const markdown = new MarkdownRenderer();
  const headings: Heading[] = [];
  const run = asJson(asJson(notebook.metadata["huntbook"])["run"]);
  const { titleText, cells } = splitTitle(notebook.cells);
  const title = titleText === undefined ? undefined : markdown.render(titleText);
  const name = title?.headings[0]?.text ?? options.title ?? "Notebook";
  const body = cells.map(cell => {
    if (cell.cellType === "code") return drawCode(cell, run["status"] !== undefined, markdown);
    if (cell.cellType === "raw") return renderFragment({ kind: "code", text: cell.source });
    const drawn = markdown.render(cell.source, readAttachments(cell));
    headings.push(...drawn.headings);
    return html`<section class="hb-prose">${drawn.markup}</section>`;
  });
  const facts = renderFragment(runFacts(notebook, run, options));
  const head = html`<header class="hb-head">${title?.markup ?? html`<h1>${name}</h1>`}${facts}${drawState(notebook, run)}${drawFindings(notebook)}</header>`;
  return renderDocument([head, drawContents(headings), ...body], { title: name, css: reportStyle });
}

/** The heading that a notebook begins with goes above the facts of the run. */
function splitTitle(cells: readonly NotebookCell[]): { titleText: string | undefined; cells: readonly NotebookCell[] } {
  const [first, ...rest] = cells;
  const found = first?.cellType === "markdown" ? /^\s*#[ \t]+[^\n]+(?:\n|$)/.exec(first.source)?.[0] : undefined;
  if (first === undefined || found === undefined) return { titleText: undefined, cells };
  return { titleText: found, cells: [{ ...first, source: first.source.slice(found.length) }, ...rest] };
}

const reportStyle = `
.hb-head{border-bottom:1px solid #8886;padding-bottom:8px;margin-bottom:24px}
.hb-contents{columns:2 18em;font-size:13px;margin:0 0 24px}
.hb-contents ul{list-style:none;margin:0;padding:0}
.hb-contents .hb-l2{padding-left:14px}.hb-contents .hb-l3{padding-left:28px}
.hb-findings h2{margin:18px 0 4px;font-size:18px}.hb-findings p{margin:4px 0}
.hb-prose img{max-width:100%}
.hb-prose pre,.hb-prose code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12.5px}
.hb-prose pre{white-space:pre-wrap;padding:8px 10px;border:1px solid #8884;border-radius:4px}
.hb-prose table{border-collapse:collapse}.hb-prose td,.hb-prose th{border:1px solid #8886;padding:3px 8px}
.hb-cell{margin:14px 0}
.hb-cell>details>summary{cursor:pointer;font:12px ui-monospace,Menlo,Consolas,monospace;opacity:.75;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.hb-output{margin:6px 0 6px 2px}
.hb-output>.hb-view>pre{max-height:30em;overflow-y:auto}
.hb-output>img{max-width:100%;background:#fff}
.hb-label{font-size:11px;opacity:.7}
@media print{.hb-contents{columns:1}.hb-output>.hb-view>pre{max-height:none}.hb-cell>details:not([open]){display:none}}
`;

function runFacts(notebook: Notebook, run: Json, options: ReportOptions): ViewNode {
  const entries: { key: string; value: TableCell }[] = [];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined && value !== "") entries.push({ key, value });
  };
  const at = (value: unknown) =>
    typeof value === "string" ? `${value.slice(0, 19).replace("T", " ")} UTC` : undefined;
  add("Notebook", options.title);
  add("Run", at(run["startedAt"]) ?? "not recorded");
  if (typeof run["tookMs"] === "number") add("Took", formatDuration(run["tookMs"]));
  const clock = asJson(run["clock"]);
  if (clock["kind"] === "pinned")
    add("Clock", `pinned to ${at(clock["now"]) ?? "an unknown time"}: now() and ago() count from there`);
  else if (run["startedAt"] !== undefined) add("Clock", "the system's, unless a result says otherwise");
  add("Workspace", typeof run["workspace"] === "string" ? run["workspace"] : undefined);
  const parameters = Object.entries(asJson(run["parameters"])).map(([k, v]) => `${k} = ${JSON.stringify(v)}`);
  add("Parameters", parameters.join("\n"));
  const counts = notebook.cells.filter(c => c.cellType === "code" && c.executionCount !== null).length;
  add(
    "Cells run",
    `${counts} of ${notebook.cells.filter(c => c.cellType === "code" && c.source.trim() !== "").length}`,
  );
  return { kind: "keyValue", entries };
}

/** What a reader must know before the first number. */
function drawState(notebook: Notebook, run: Json): readonly Html[] {
  const banners: ViewNode[] = [];
  const failed = notebook.cells.filter(
    c => c.outputs.some(o => o.output_type === "error") && !cellTags(c).includes("raises-exception"),
  );
  if (run["status"] === "cancelled")
    banners.push({ kind: "banner", tone: "bad", title: "This run was cancelled; later cells did not run" });
  if (failed.length > 0)
    banners.push({
      kind: "banner",
      tone: "bad",
      title: failed.length === 1 ? "A cell failed" : `${failed.length} cells failed`,
      lines: failed.map(c => `[${c.executionCount ?? " "}] ${firstError(c)}`),
    });
  const completeness = readCompleteness(run["completeness"]);
  if (completeness !== undefined) banners.push(completenessBanner(completeness));
  return banners.map(b => renderFragment(b));
}

/** The findings of a notebook's cells, each once: the last cell that kept it says what it is. */
function findingsOf(notebook: Notebook): readonly FindingData[] {
  const found = new Map<string, FindingData>();
  for (const output of notebook.cells.flatMap(c => c.outputs)) {
    if (output.output_type !== "display_data" && output.output_type !== "execute_result") continue;
    const finding = parseFinding(output.data[findingMime]);
    if (finding !== undefined) found.set(finding.id, finding);
  }
  return [...found.values()];
}

/** What was found, before how; the strictest of their marks is that of the whole page. */
function drawFindings(notebook: Notebook): Html {
  const findings = findingsOf(notebook);
  const tlp = strictestTlp(findings);
  if (tlp === undefined) return html``;
  const mark = renderFragment({ kind: "badge", text: `TLP:${tlp}`, tone: tlp === "RED" ? "bad" : "neutral" });
  return html`<section class="hb-findings"><h2>Findings</h2><p>This report is marked ${mark}</p>${renderFragment(findingsTable(findings))}</section>`;
}

function firstError(cell: NotebookCell): string {
  const error = cell.outputs.find(o => o.output_type === "error");
  return error === undefined ? "" : `${error.ename}: ${error.evalue}`.slice(0, 300);
}

function drawContents(headings: readonly Heading[]): Html {
  const listed = headings.filter(h => h.level <= 3);
  if (listed.length < 3) return html``;
  const items = listed.map(h => html`<li class="hb-l${h.level}"><a href="#${h.id}">${h.text}</a></li>`);
  return html`<nav class="hb-contents" aria-label="Contents"><ul>${items}</ul></nav>`;
}

function drawCode(cell: NotebookCell, wasRun: boolean, markdown: MarkdownRenderer): Html {
  if (cell.source.trim() === "" && cell.outputs.length === 0) return html``;
  const took = asJson(cell.metadata["huntbook"])["tookMs"];
  const firstLine = cell.source.split("\n").find(l => l.trim() !== "") ?? "";
  const count = cell.executionCount ?? " ";
  const skipped = wasRun && cell.executionCount === null ? " (not run)" : "";
  const time = typeof took === "number" ? ` · ${formatDuration(took)}` : "";
  const summary = html`<summary>[${count}]${skipped}${time} · ${firstLine}</summary>`;
  const source = renderFragment({ kind: "code", text: cell.source });
  const outputs = cell.outputs.map(o => html`<div class="hb-output">${drawOutput(o, markdown)}</div>`);
  return html`<section class="hb-cell"><details>${summary}${source}</details>${outputs}</section>`;
}

function drawOutput(output: NotebookOutput, markdown: MarkdownRenderer): Html {
  switch (output.output_type) {
    case "stream": {
      const label = output.name === "stderr" ? html`<div class="hb-label">written to stderr</div>` : undefined;
      return html`${label}${drawText(output.text)}`;
    }
    case "error": {
      const banner: ViewNode = { kind: "banner", tone: "bad", title: `${output.ename}: ${output.evalue}` };
      return html`${renderFragment(banner)}${drawText(output.traceback.join("\n"))}`;
    }
    case "display_data":
    case "execute_result":
      return drawBundle(output.data, output.metadata, markdown);
  }
}

function drawBundle(data: Json, metadata: Json, markdown: MarkdownRenderer): Html {
  const view = data[viewMime];
  if (view !== undefined) return drawView(view, data);
  const completeness = readCompleteness(asJson(metadata["huntbook"])["completeness"]);
  const banner = completeness === undefined ? undefined : renderFragment(completenessBanner(completeness));
  return html`${banner}${drawPlain(data, markdown)}`;
}

function drawPlain(data: Json, markdown: MarkdownRenderer): Html {
  const plain = typeof data["text/plain"] === "string" ? data["text/plain"] : undefined;
  for (const type of ["image/png", "image/jpeg", "image/svg+xml"] as const) {
    const content = data[type];
    if (typeof content === "string") return drawImage(type, content, plain ?? "picture without a description");
  }
  if (typeof data["text/markdown"] === "string")
    return html`<div class="hb-prose">${markdown.render(data["text/markdown"]).markup}</div>`;
  if (plain !== undefined) return drawText(plain);
  const [type, content] = Object.entries(data)[0] ?? [];
  if (type === undefined) return html``;
  const text = typeof content === "string" ? content : prettyJson(JSON.stringify(content));
  return html`<div class="hb-label">${type}, shown as text</div>${drawText(text)}`;
}

/** A view that does not parse came from elsewhere: its text is shown, and that it was not drawn. */
function drawView(view: unknown, data: Json): Html {
  try {
    return renderFragment(parseView(view));
  } catch (error) {
    const banner: ViewNode = {
      kind: "banner",
      tone: "warning",
      title: "A view could not be drawn",
      lines: [messageOf(error)],
    };
    return html`${renderFragment(banner)}${drawText(typeof data["text/plain"] === "string" ? data["text/plain"] : "")}`;
  }
}

function drawImage(type: "image/png" | "image/jpeg" | "image/svg+xml", content: string, alt: string): Html {
  // An SVG inside <img> runs no scripts and fetches nothing.
  const base64 = type === "image/svg+xml" ? Buffer.from(content).toString("base64") : content.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) return drawText(alt);
  return html`<img src="data:${type};base64,${base64}" alt="${alt.slice(0, 300)}">`;
}

function drawText(text: string): Html {
  const plain = withoutColours(text);
  const rest = plain.length - maxTextLength;
  const shown = rest > 0 ? `${plain.slice(0, maxTextLength)}\n… ${rest} more characters` : plain;
  return renderFragment({ kind: "code", text: shown });
}

function completenessBanner(completeness: Completeness): ViewNode {
  const title = (describeCompleteness(completeness) ?? "").split(":")[0] ?? "";
  return { kind: "banner", tone: "warning", title, lines: completeness.causes.map(c => c.message) };
}

function readCompleteness(value: unknown): Completeness | undefined {
  const said = asJson(value) as Partial<Completeness>;
  if (said.state !== "partial" && said.state !== "unknown") return undefined;
  const causes = Array.isArray(said.causes) ? said.causes.filter(c => typeof asJson(c)["message"] === "string") : [];
  return { state: said.state, causes };
}

function readAttachments(cell: NotebookCell): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, bundle] of Object.entries(asJson(cell.rest["attachments"])))
    for (const [type, content] of Object.entries(asJson(bundle)))
      if (typeof content === "string") found.set(name, `data:${type};base64,${content.replace(/\s/g, "")}`);
  return found;
}

/** Colours of terminals; other control sequences stay and are made visible. */
const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, "");

/** `850 ms`, `4.2 s`, `3 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

const asJson = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
