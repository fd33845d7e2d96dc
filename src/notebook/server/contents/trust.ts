/**
 * Notebook trust as Jupyter has it: outputs of a notebook that this user's server saved are known by a signature; those
 * of a received file are not, until its cells are run or the user says so.
 *
 * Huntbook's own Lab sanitises outputs in either case; the marks are for other clients.
 * Source: https://nbformat.readthedocs.io/en/latest/api.html#module-nbformat.sign
 */
import { createHmac, randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Notebook, NotebookCell, NotebookOutput } from "../../runner/notebook.js";
import { replaceFile } from "./atomic.js";

/** How many signatures are remembered; Jupyter's number. */
const maxSignatures = 65_535;

/** What any client shows without asking whether the notebook is trusted. */
const safeTypes = new Set(["text/plain", "image/png", "image/jpeg"]);
const isSafe = (output: NotebookOutput): boolean =>
  output.output_type === "stream" ||
  output.output_type === "error" ||
  Object.keys(output.data).every(type => safeTypes.has(type));

export class TrustStore {
  readonly #dir: string;
  #secret: Buffer | undefined;
  #known: Set<string> | undefined;

  /** @param dir created on first use, readable by the user only */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The notebook with each code cell marked as the signature allows. */
  async mark(notebook: Notebook): Promise<Notebook> {
    const signed = (await this.#signatures()).has(await this.#sign(notebook));
    const mark = (cell: NotebookCell): NotebookCell =>
      cell.cellType === "code"
        ? { ...cell, metadata: { ...cell.metadata, trusted: signed || cell.outputs.every(isSafe) } }
        : cell;
    return { ...notebook, cells: notebook.cells.map(mark) };
  }

  /** Whether everything in a notebook that is to be saved is its user's: marked so, or harmless. */
  isOwn(notebook: Notebook): boolean {
    return notebook.cells.every(
      cell => cell.cellType !== "code" || cell.metadata["trusted"] === true || cell.outputs.every(isSafe),
    );
  }

  /** Remembers a notebook as its user's own. */
  async trust(notebook: Notebook): Promise<void> {
    const known = await this.#signatures();
    const signature = await this.#sign(notebook);
    if (known.has(signature)) return;
    known.add(signature);
    const file = join(this.#dir, "signatures.txt");
    if (known.size <= maxSignatures) return appendFile(file, `${signature}\n`, { mode: 0o600 });
    const kept = [...known].slice(-Math.floor(maxSignatures * 0.75));
    this.#known = new Set(kept);
    await replaceFile(file, `${kept.join("\n")}\n`, 0o600);
  }

  async #sign(notebook: Notebook): Promise<string> {
    const { signature, ...metadata } = notebook.metadata;
    void signature;
    const bare = withoutMarks({ ...notebook, metadata });
    return createHmac("sha256", await this.#key())
      .update(JSON.stringify(bare))
      .digest("hex");
  }

  async #key(): Promise<Buffer> {
    if (this.#secret !== undefined) return this.#secret;
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const file = join(this.#dir, "secret");
    // Two servers may start at once: the first to write the file decides.
    await writeFile(file, randomBytes(32).toString("hex"), { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    return (this.#secret = Buffer.from(await readFile(file, "utf8"), "hex"));
  }

  async #signatures(): Promise<Set<string>> {
    if (this.#known !== undefined) return this.#known;
    await this.#key();
    const text = await readFile(join(this.#dir, "signatures.txt"), "utf8").catch(() => "");
    return (this.#known = new Set(text.split("\n").filter(line => line !== "")));
  }
}

/** Marks are of this moment; files have none. */
export function withoutMarks(notebook: Notebook): Notebook {
  return {
    ...notebook,
    cells: notebook.cells.map(cell => {
      const { trusted, ...metadata } = cell.metadata;
      void trusted;
      return { ...cell, metadata };
    }),
  };
}
