/** Query templates in MSTICPy's form: `{name}` is a hole, `{{` and `}}` are braces. */
import type { Diagnostic } from "../base/diagnostic.js";
import { holeMark } from "./kql-token.js";

export interface TemplateHole {
  readonly name: string;
  /** Where its mark stands in `text`. */
  readonly at: number;
}

export interface Template {
  /** The text with braces undoubled and one `holeMark` for each hole. */
  readonly text: string;
  readonly holes: readonly TemplateHole[];
  /** Spans are offsets in the text that was parsed. */
  readonly diagnostics: readonly Diagnostic[];
}

const piece = /\{\{|\}\}|\{([^{}\n]*)\}|[{}]/g;

function problem(message: string, start: number, end: number, hint: string): Diagnostic {
  return { code: "query/template-invalid", severity: "error", message, span: { start, end }, hint };
}

/** Parses a template; everything wrong with its braces is in `diagnostics`. */
export function parseTemplate(source: string): Template {
  const holes: TemplateHole[] = [];
  const diagnostics: Diagnostic[] = [];
  let text = "";
  let last = 0;
  const marked = source.indexOf(holeMark);
  if (marked >= 0)
    diagnostics.push(problem("the character U+E000 cannot stand in a query", marked, marked + 1, "remove it"));
  for (const match of source.matchAll(piece)) {
    const [whole, name] = match;
    const end = match.index + whole.length;
    text += source.slice(last, match.index);
    last = end;
    if (whole === "{{" || whole === "}}") text += whole.charAt(0);
    else if (name !== undefined && /^\s*[A-Za-z_]\w*\s*$/.test(name)) {
      holes.push({ name: name.trim(), at: text.length });
      text += holeMark;
    } else
      diagnostics.push(
        problem(
          `'${whole}' is not a parameter`,
          match.index,
          end,
          "write {name} for a parameter, {{ and }} for braces",
        ),
      );
  }
  return { text: text + source.slice(last), holes, diagnostics };
}
