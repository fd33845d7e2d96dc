/** `%%ioc`, `%%b64`, `%%txt2frame`: what is in a piece of text, as in MSTICPy. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unreachable } from "../../base/error.js";
import { frameFrom, read } from "../../session/frames.js";
import { show } from "../../session/show.js";
import { IoCExtract, unpackBase64 } from "../../session/transform.js";
import type { Content } from "../../view/index.js";
import type { CellContext, TextAnswer } from "./api.js";
import type { TextMagic } from "./magic.js";

const iocColumns = [
  { name: "IoCType", type: "string" },
  { name: "Observable", type: "string" },
] as const;

export async function runTextMagic(magic: TextMagic, cell: CellContext): Promise<TextAnswer> {
  switch (magic.kind) {
    case "ioc": {
      const options = magic.types === undefined ? {} : { iocTypes: magic.types };
      const found = await new IoCExtract().extract(magic.body, options);
      const rows = Object.entries(found).flatMap(([type, values]) =>
        (values ?? []).map(value => ({ IoCType: type, Observable: value })),
      );
      return { value: await frameFrom(rows, { columns: iocColumns }) };
    }
    case "b64":
      return unpack(magic.body);
    case "txt2frame":
      return { value: await readTable(magic, cell) };
    default:
      return unreachable(magic.kind, "magic");
  }
}

function unpack(text: string): TextAnswer {
  const unpacking = unpackBase64(text);
  const { items, problems } = unpacking;
  const children: Content[] = [];
  if (problems.length > 0)
    children.push({ kind: "banner", tone: "warning", title: "Not everything was unpacked", lines: problems });
  if (items.length === 0) children.push("No Base64 was found.");
  else
    children.push(
      { kind: "code", text: unpacking.text },
      {
        kind: "table",
        columns: ["Reference", "Type", "File", "Decoded", "SHA-256"].map(name => ({ name })),
        rows: items.map(i => [
          i.reference,
          i.file_type,
          i.file_name,
          i.decoded_string === "" ? i.printable_bytes : i.decoded_string,
          i.sha256,
        ]),
      },
    );
  return { value: unpacking, shown: show({ kind: "group", children }) };
}

/** By the reader of files, so that text in a cell and the same text in a file are the same frame. */
async function readTable({ body, separator, headers = false }: TextMagic, cell: CellContext): Promise<unknown> {
  const dir = await mkdtemp(join(tmpdir(), "huntbook-cell-"));
  try {
    const file = join(dir, `cell-${cell.count}.csv`);
    await writeFile(file, body.replace(/^(?:[ \t]*\r?\n)+/, ""), { mode: 0o600 });
    const delimiter = separator === undefined ? {} : { delimiter: separator };
    return await read(file, { format: "csv", header: headers, signal: cell.signal, ...delimiter });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
