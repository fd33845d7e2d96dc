/** `evaluate bag_unpack`. Source: https://learn.microsoft.com/kusto/query/bag-unpack-plugin */
import type { Computed, Expr, NamedColumn } from "../../plan.js";
import type { Table } from "../context.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { columnsFact } from "../../answers.js";
import { refuse, reject } from "../../refusal.js";
import { columnExpr, findColumn } from "../context.js";
import { extendRel } from "../step.js";

const mostColumns = 1000;

interface Options {
  readonly bag: NamedColumn;
  readonly prefix: string;
  readonly conflict: string;
  readonly ignored: Expr;
}

export const bagUnpack: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/bag-unpack-plugin",
  hasDataColumns: true,
  lower: call => {
    const options = optionsOf(call);
    const kept = call.input.columns.filter(c => c.slot !== options.bag.slot);
    if (call.step.node.find("Schema") !== undefined) {
      if (call.answer !== undefined) checkConflicts(call, options, kept);
      return unpack(call, options, kept);
    }
    if (call.answer?.cut === true)
      return call.tooMany(
        "different properties",
        mostColumns,
        "write the columns that you need after it: `: (*, name: type)`",
      );
    // No bag has a property: the column goes, nothing comes.
    if (call.answer !== undefined) return { ...call.input, columns: kept };
    const question = call.inline(
      "T | where gettype(d) == 'dictionary' | mv-expand k = bag_keys(d) to typeof(string)" +
        " | where not(set_has_element(ignored, k))" +
        " | summarize types = tostring(make_set(gettype(d[k]))) by k | where types != '[\"null\"]' | sort by k asc",
      { T: call.select({ d: columnExpr(options.bag) }) },
      { ignored: options.ignored },
    );
    const facts = { columns: columnsFact(kept), prefix: options.prefix, conflict: options.conflict };
    return call.ask(question, facts, mostColumns);
  },
};

function optionsOf(call: PlugInCall): Options {
  const bag = call.column(0, "a column of property bags");
  const node = (index: number, name: string) => call.named.get(name) ?? call.args[index];
  const [prefix, conflict, ignored] = [
    node(1, "OutputColumnPrefix"),
    node(2, "columnsConflict"),
    node(3, "ignoredProperties"),
  ];
  const how = conflict === undefined ? "error" : call.text(conflict, "columnsConflict");
  if (!["error", "replace_source", "keep_source"].includes(how))
    return reject(
      "kql/bad-plugin-call",
      "columnsConflict must be 'error', 'replace_source' or 'keep_source'",
      (conflict ?? call.node).span,
    );
  return {
    bag,
    prefix: prefix === undefined ? "" : call.text(prefix, "the prefix"),
    conflict: how,
    ignored:
      ignored === undefined
        ? { kind: "literal", type: "dynamic", value: { type: "dynamic", value: [] } }
        : call.constant(ignored, "ignoredProperties"),
  };
}

function checkConflicts(call: PlugInCall, options: Options, kept: readonly NamedColumn[]): void {
  if (options.conflict !== "error") return;
  const names = new Set(kept.map(c => c.name));
  const found = call.answer?.rows.map(([name]) => options.prefix + (name ?? "")).find(n => names.has(n));
  if (found !== undefined)
    reject(
      "kql/column-conflict",
      `bag_unpack would make a second column '${found}'; say columnsConflict='replace_source' or 'keep_source', or give a prefix`,
      call.span,
    );
}

function unpack(call: PlugInCall, options: Options, kept: readonly NamedColumn[]): Table {
  const { bag, prefix, conflict } = options;
  const items: Computed[] = [];
  const listed = new Set(schemaNames(call));
  const columns = call.output.map((output): NamedColumn => {
    const source = findColumn({ ...call.input, columns: kept }, output.name);
    // A column the schema names comes from the bag, unless the source's is to be kept; those of `*` from the source.
    const isSource =
      source !== undefined &&
      (!listed.has(output.name) || conflict === "keep_source" || !isFromBag(call, output.name, prefix));
    if (isSource) {
      if (source.type === output.type) return { ...source, name: output.name };
      return refuse(`bag_unpack that gives '${output.name}' another type`, call.span);
    }
    const name = output.name.startsWith(prefix) ? output.name.slice(prefix.length) : output.name;
    const member: Expr = { kind: "member", target: columnExpr(bag), selector: name, type: "dynamic", span: call.span };
    const slot = call.step.lowering.slot();
    const expr: Expr =
      output.type === "dynamic" ? member : { kind: "convert", operand: member, type: output.type, span: call.span };
    items.push({ slot, expr });
    return { name: output.name, type: output.type, slot };
  });
  return { ...call.input, rel: extendRel(call.input.rel, items), columns };
}

/** With an answer it is known which names the bags have; without one every name of the schema may be theirs. */
function isFromBag(call: PlugInCall, name: string, prefix: string): boolean {
  return call.answer === undefined || call.answer.rows.some(([key]) => prefix + (key ?? "") === name);
}

function schemaNames(call: PlugInCall): readonly string[] {
  const schema = call.step.node.find("Schema")?.get("Schema");
  return (schema?.list("Columns") ?? []).map(c => c.get("Name").name);
}
