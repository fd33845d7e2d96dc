/** KQL for CodeMirror: enough to colour it. What is right or wrong the kernel says. */
import type { StringStream } from "@codemirror/language";
import { StreamLanguage } from "@codemirror/language";

const operators = new Set(
  (
    "as consume count datatable distinct evaluate extend externaldata facet find fork getschema graph-match graph-shortest-paths " +
    "graph-to-table invoke join lookup make-graph make-series mv-apply mv-expand order parse parse-kv parse-where partition print " +
    "project project-away project-by-names project-keep project-rename project-reorder range reduce render sample sample-distinct " +
    "scan search serialize sort summarize take limit top top-hitters top-nested union where filter"
  ).split(" "),
);
const keywords = new Set(
  (
    "let set alias declare pattern query_parameters restrict access to by on asc desc nulls first last with kind of default from step " +
    "in and or not between has has_cs hasprefix hassuffix has_any has_all contains contains_cs startswith startswith_cs endswith " +
    "endswith_cs matches regex materialize toscalar view inner innerunique leftouter rightouter fullouter leftanti rightanti " +
    "leftsemi rightsemi anti isfuzzy withsource hint.strategy hint.remote hint.shufflekey true false null"
  ).split(" "),
);
const types = new Set(
  "bool boolean int long real double decimal string guid datetime date timespan time dynamic".split(" "),
);

interface State {
  /** The first line is the cell's magic. */
  first: boolean;
  /** Inside a string that runs over lines: what ends it. */
  fence: string | undefined;
  afterPipe: boolean;
}

function readString(stream: StringStream): string {
  const verbatim = stream.match(/^[hH]?@/) !== null;
  if (!verbatim) stream.match(/^[hH]/);
  const quote = stream.next() ?? "";
  for (let c = stream.next(); c !== undefined && c !== null; c = stream.next()) {
    if (c === "\\" && !verbatim) stream.next();
    else if (c === quote && !(verbatim && stream.eat(quote))) break;
  }
  return "string";
}

function readToken(stream: StringStream, state: State): string | null {
  if (stream.match(/^\/\/.*/)) return "comment";
  if (stream.match(/^(?:```|~~~)/)) {
    state.fence = stream.current();
    return "string";
  }
  if (stream.match(/^[hH]?@?["']/, false)) return readString(stream);
  if (stream.match(/^\d+(?:\.\d+)?(?:d|h|m|s|ms|microsecond|tick)?\b(?:e[+-]?\d+)?/i)) return "number";
  if (stream.eat("|")) {
    state.afterPipe = true;
    return "operator";
  }
  const word = stream.match(/^[A-Za-z_$][\w$]*(?:-[a-z]+)*/) as RegExpMatchArray | null;
  if (word !== null) {
    const [text] = word;
    const isOperator = operators.has(text);
    const wasPiped = state.afterPipe;
    state.afterPipe = false;
    if (isOperator && (wasPiped || stream.match(/^\s*[\w(]/, false) !== false)) return "keyword";
    if (keywords.has(text)) return "keyword";
    if (types.has(text)) return "typeName";
    return stream.match(/^\s*\(/, false) === false || stream.match(/^\s*\(/, false) === null
      ? "variableName"
      : "function";
  }
  if (stream.match(/^!?(?:in~?|has|contains|startswith|endswith|between)/)) return "keyword";
  if (stream.match(/^[=!<>+\-*/%~]+/)) return "operator";
  stream.next();
  return null;
}

export const kqlLanguage = StreamLanguage.define<State>({
  name: "kql",
  startState: () => ({ first: true, fence: undefined, afterPipe: false }),
  token(stream, state) {
    if (state.first) {
      state.first = false;
      if (stream.match(/^%%\w+.*/)) return "meta";
    }
    if (state.fence !== undefined) {
      while (!stream.eol()) {
        if (stream.match(state.fence)) {
          state.fence = undefined;
          break;
        }
        stream.next();
      }
      return "string";
    }
    if (stream.eatSpace()) return null;
    return readToken(stream, state);
  },
  languageData: { commentTokens: { line: "//" } },
});
