/** Base64 in a column of a frame. */
import type { Column } from "../../base/column.js";
import { uniteCompleteness, type Cause } from "../../base/completeness.js";
import type { Frame } from "../../frame/frame.js";
import type { FrameStore } from "../../frame/store.js";
import { derivedInfo, textColumns, textPages } from "../ioc/extract.js";
import { unpackBase64, type UnpackOptions } from "./unpack.js";

/** MSTICPy's columns; `src_index` counts the rows of the input from 0. */
export const unpackColumns: readonly Column[] = [
  ...["reference", "original_string", "file_name", "file_type", "decoded_string", "encoding_type"].map(
    (name): Column => ({ name, type: "string" }),
  ),
  ...["md5", "sha1", "sha256", "printable_bytes"].map((name): Column => ({ name, type: "string" })),
  { name: "size_bytes", type: "long" },
  { name: "src_index", type: "long" },
  { name: "full_decoded_string", type: "string" },
];

/**
 * Every piece of Base64 in a column: one row for each, with hashes, the row it came from and that row's text unpacked.
 * What was not unpacked (limits, damaged archives) is a cause of incompleteness.
 *
 * @throws HuntError `transform/unknown-column`, `transform/no-column`
 */
export async function unpackBase64Column(
  store: FrameStore,
  frame: Frame,
  column: string,
  options: UnpackOptions = {},
): Promise<Frame> {
  const columns = textColumns(frame, column);
  const causes: Cause[] = [];
  async function* rows() {
    for await (const { first, cells } of textPages(frame, columns)) {
      const batch: unknown[][] = [];
      (cells[0] ?? []).forEach((text, i) => {
        if (text.length < 8) return;
        const { items, text: full, problems } = unpackBase64(text, options);
        for (const p of problems)
          if (causes.length < 20)
            causes.push({ kind: "size-limit", affects: "rows", message: `row ${first + i}: ${p}` });
        for (const item of items)
          batch.push([
            ...[item.reference, item.original_string, item.file_name, item.file_type, item.decoded_string],
            ...[item.encoding_type, item.md5, item.sha1, item.sha256, item.printable_bytes],
            ...[item.input_bytes.length, first + i, full],
          ]);
      });
      yield batch;
    }
  }
  return store.fromBatches(unpackColumns, rows(), () => {
    const info = derivedInfo(frame, "Base64");
    if (causes.length === 0) return info;
    return { ...info, completeness: uniteCompleteness([info.completeness, { state: "partial", causes }]) };
  });
}
