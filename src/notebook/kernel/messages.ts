/** What a cell produced → Jupyter's messages. */
import { unreachable } from "../../base/error.js";
import type { ErrorContent, JsonObject, Outgoing, UserExpression } from "../protocol/message.js";
import type { CellError, CellOutput, ExpressionOutcome } from "./api.js";

/** `count` is what stands before a result as `[3]`. */
export function toIopub(output: CellOutput, count: number): Omit<Outgoing, "parent"> {
  switch (output.kind) {
    case "stream":
      return { type: "stream", content: { name: output.name, text: output.text } };
    case "display":
      return { type: "display_data", content: toShown(output) };
    case "update":
      return { type: "update_display_data", content: toShown(output) };
    case "result":
      return { type: "execute_result", content: { ...toShown(output), execution_count: count } };
    case "clear":
      return { type: "clear_output", content: { wait: output.wait } };
    case "error":
      return { type: "error", content: { ...toErrorContent(output.error) } };
    default:
      return unreachable(output, "toIopub");
  }
}

export function toErrorContent(error: CellError): ErrorContent {
  return { ename: error.name, evalue: error.message, traceback: error.traceback };
}

export function toUserExpression(outcome: ExpressionOutcome): UserExpression {
  return outcome.status === "ok"
    ? { status: "ok", data: outcome.data, metadata: {} }
    : { status: "error", ...toErrorContent(outcome.error) };
}

function toShown(output: Extract<CellOutput, { data: unknown }>): JsonObject {
  return {
    data: output.data,
    metadata: output.completeness === undefined ? {} : { huntbook: { completeness: output.completeness } },
    transient: output.displayId === undefined ? {} : { display_id: output.displayId },
  };
}
