/** Files and notebooks as Jupyter's contents API sees them. Paths are inside one root. */
import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { access, appendFile, copyFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { HuntError } from "../../../base/error.js";
import type { Notebook } from "../../runner/notebook.js";
import { parseNotebook } from "../../runner/notebook.js";
import {
  formatNotebookFile,
  isTextNotebook,
  parseNotebookFile,
  reviseTextNotebook,
  textNotebookEnding,
} from "../../runner/notebook-file.js";
import { replaceFile } from "./atomic.js";
import type { Checkpoints } from "./checkpoints.js";
import type { KeptOutputs } from "./kept-outputs.js";
import { withoutRun } from "./kept-outputs.js";
import { mediaType } from "./media.js";
import type { ContentFormat, ContentModel, ContentType, GetOptions, SaveModel } from "./models.js";
import { blankNotebook, toWire } from "./notebook-wire.js";
import type { Place } from "./place.js";
import { parsePath, resolvePlace } from "./place.js";
import type { TrustStore } from "./trust.js";
import { withoutMarks } from "./trust.js";

/** A file that is shown or sent whole; larger ones are downloaded. */
const maxInlineBytes = 256 * 1024 * 1024;

export interface ContentsOptions {
  /** An absolute path with its links resolved. */
  readonly root: string;
  readonly trust: TrustStore;
  readonly checkpoints: Checkpoints;
  readonly outputs: KeptOutputs;
}

export class Contents {
  readonly #root: string;
  readonly #trust: TrustStore;
  readonly #outputs: KeptOutputs;
  readonly checkpoints: Checkpoints;

  constructor(options: ContentsOptions) {
    this.#root = options.root;
    this.#trust = options.trust;
    this.#outputs = options.outputs;
    this.checkpoints = options.checkpoints;
  }

  /** @throws HuntError `server/not-found`, `server/bad-request` */
  place(path: string): Promise<Place> {
    return resolvePlace(this.#root, path);
  }

  /** @throws HuntError `server/not-found`, `server/bad-request`, `server/too-large`, `notebook/invalid` */
  async get(path: string, options: GetOptions): Promise<ContentModel> {
    const place = await this.place(path);
    const found = await getStats(place);
    if (found.isDirectory()) {
      if (options.type !== undefined && options.type !== "directory")
        throw new HuntError("server/bad-request", `'${path}' is a folder`, { hint: "ask for a file in it" });
      return this.#folder(place, found, options.content);
    }
    if (!found.isFile()) throw new HuntError("server/not-found", `'${path}' is neither a file nor a folder`);
    if (options.type === "directory") throw new HuntError("server/bad-request", `'${path}' is not a folder`);
    return this.#file(place, found, options);
  }

  /** Writes a file, a notebook or a folder. @returns its model, without content */
  async save(path: string, model: SaveModel): Promise<ContentModel> {
    const place = await this.place(path);
    if (place.path === "") throw new HuntError("server/bad-request", "the root cannot be replaced");
    const old = await stat(place.file).catch(() => undefined);
    if (old !== undefined && old.isDirectory() !== (model.type === "directory"))
      throw new HuntError(
        "server/exists",
        `'${place.path}' exists already, as ${old.isDirectory() ? "a folder" : "a file"}`,
      );
    if (model.type === "directory") await makeFolder(place);
    else if (model.chunk !== undefined) {
      const part = await saveChunk(place, model, model.chunk);
      // Until the last piece there is no such file, and the client wants to hear of what it has sent.
      if (part !== undefined) return describe(place, part);
    } else if (model.type === "notebook") await this.#saveNotebook(place, readSaved(place, model));
    else await replaceFile(place.file, toBytes(place, model)).catch(explainWrite(place));
    return this.get(path, { content: false, hash: true });
  }

  /** Makes an untitled file, notebook or folder in a folder, or a copy of a file. */
  async create(
    folder: string,
    wish: { readonly type: ContentType; readonly ext?: string; readonly copyFrom?: string },
  ): Promise<ContentModel> {
    const { type, copyFrom } = wish;
    if (copyFrom !== undefined) {
      const source = await this.place(copyFrom);
      if (!(await getStats(source)).isFile()) throw new HuntError("server/bad-request", `'${copyFrom}' is not a file`);
      const ext = endingOf(source.file);
      const stem = basename(source.file, ext).replace(/-Copy\d+$/, "");
      const copy = await this.#free(folder, n => `${stem}-Copy${n}${ext}`, 1);
      await copyFile(source.file, copy.file, constants.COPYFILE_EXCL).catch(explainWrite(copy));
      return this.get(copy.path, { content: false, hash: false });
    }
    const notebookExt = wish.ext === textNotebookEnding ? wish.ext : ".ipynb";
    const ext = type === "notebook" ? notebookExt : type === "directory" ? "" : (wish.ext ?? ".txt");
    const stem = type === "directory" ? "Untitled Folder" : type === "notebook" ? "Untitled" : "untitled";
    const numbered = (n: number) => `${stem}${n === 0 ? "" : type === "directory" ? ` ${n}` : n}${ext}`;
    const place = await this.#free(folder, numbered, 0);
    return this.save(
      place.path,
      type === "notebook" ? { type, content: toWire(blankNotebook()) } : { type, format: "text", content: "" },
    );
  }

  /** Moves a file or folder. @throws HuntError `server/exists` when something is at the new place */
  async rename(path: string, newPath: string): Promise<ContentModel> {
    const [from, to] = [await this.place(path), await this.place(newPath)];
    if (from.path === "" || to.path === "")
      throw new HuntError("server/bad-request", "the root cannot be moved or replaced");
    const source = await getStats(from);
    const target = await stat(to.file).catch(() => undefined);
    // On file systems that ignore case, `Hunt` → `hunt` finds itself.
    if (target !== undefined && target.ino !== source.ino)
      throw new HuntError("server/exists", `'${to.path}' exists already`, { hint: "choose another name" });
    if (from.file !== to.file && isNotebook(from.path) && isNotebook(to.path) && isOtherForm(from.path, to.path))
      await this.#convert(from, to);
    else if (from.file !== to.file) {
      await rename(from.file, to.file).catch(explainWrite(to));
      await this.checkpoints.moved(from.file, to.file);
      await this.#outputs.moved(from.file, to.file);
    }
    return this.get(newPath, { content: false, hash: false });
  }

  async remove(path: string): Promise<void> {
    const place = await this.place(path);
    if (place.path === "") throw new HuntError("server/bad-request", "the root cannot be deleted");
    await getStats(place);
    await this.checkpoints.forget(place.file);
    await this.#outputs.forget(place.file);
    await rm(place.file, { recursive: true }).catch(explainWrite(place));
  }

  /** Declares the outputs of a notebook to be its user's own. */
  async trust(path: string): Promise<void> {
    const place = await this.place(path);
    await getStats(place);
    await this.#trust.trust(await this.#readNotebook(place, await readFile(place.file)));
  }

  /** With the outputs that are kept elsewhere for a notebook in Markdown. */
  #readNotebook(place: Place, bytes: Uint8Array): Promise<Notebook> {
    const notebook = parseNotebookFile(decode(place, bytes), place.path);
    return isTextNotebook(place.path) ? this.#outputs.attach(place.file, notebook) : Promise.resolve(notebook);
  }

  async #saveNotebook(place: Place, notebook: Notebook): Promise<void> {
    const isOwn = this.#trust.isOwn(notebook);
    const bare = withoutMarks(notebook);
    if (isTextNotebook(place.path)) await this.#saveText(place, bare);
    else await replaceFile(place.file, formatNotebookFile(bare, place.path)).catch(explainWrite(place));
    if (isOwn) await this.#trust.trust(await this.#readNotebook(place, await readFile(place.file)));
  }

  /** The file changes only when what it holds does: running cells is nothing that git should see. */
  async #saveText(place: Place, notebook: Notebook): Promise<void> {
    const own = withoutRun(notebook);
    const before = await readFile(place.file, "utf8").catch(() => undefined);
    const text =
      before === undefined ? formatNotebookFile(own, place.path) : reviseTextNotebook(own, before, place.path);
    if (text !== before) await replaceFile(place.file, text).catch(explainWrite(place));
    await this.#outputs.keep(place.file, notebook);
  }

  /** A rename from `.ipynb` to `.hunt.md` or back: the notebook stays the same, outputs included. */
  async #convert(from: Place, to: Place): Promise<void> {
    const notebook = await this.#trust.mark(await this.#readNotebook(from, await readFile(from.file)));
    await this.#saveNotebook(to, notebook);
    await this.remove(from.path);
  }

  async #folder(place: Place, found: Stats, withContent: boolean): Promise<ContentModel> {
    const base = { ...describe(place, found), type: "directory", size: null } as const;
    if (!withContent) return { ...base, writable: await isWritable(place.file) };
    const names = (await readdir(place.file)).filter(name => !name.startsWith(".") && name !== "node_modules");
    const content: ContentModel[] = [];
    // One after another: a folder of 50,000 files must not open them all at once.
    for (const name of names) {
      const path = place.path === "" ? name : `${place.path}/${name}`;
      const child = await this.#entry(path).catch(() => undefined);
      if (child !== undefined) content.push(child);
    }
    return { ...base, writable: await isWritable(place.file), format: "json", content };
  }

  /** What a listing says of one name; undefined for what cannot be served. */
  async #entry(path: string): Promise<ContentModel | undefined> {
    const place = await this.place(path);
    const found = await stat(place.file);
    if (!found.isFile() && !found.isDirectory()) return undefined;
    const type = found.isDirectory() ? "directory" : typeOf(place.file);
    return { ...describe(place, found), type, ...(type === "directory" ? { size: null } : {}) };
  }

  async #file(place: Place, found: Stats, options: GetOptions): Promise<ContentModel> {
    const type = options.type === "file" || options.type === "notebook" ? options.type : typeOf(place.path);
    const base = { ...describe(place, found), type, writable: await isWritable(place.file) };
    if (!options.content && !options.hash) return { ...base, mimetype: type === "file" ? mediaType(place.path) : null };
    if (found.size > maxInlineBytes)
      throw new HuntError(
        "server/too-large",
        `'${place.path}' has ${Math.round(found.size / 1e6)} MB, too much to show`,
        {
          hint: "download it, or read it from a notebook",
        },
      );
    const bytes = await readFile(place.file);
    const hash = options.hash
      ? ({ hash: createHash("sha256").update(bytes).digest("hex"), hash_algorithm: "sha256" } as const)
      : {};
    if (!options.content) return { ...base, ...hash, mimetype: type === "file" ? mediaType(place.path) : null };
    if (type === "notebook") {
      const notebook = await this.#trust.mark(await this.#readNotebook(place, bytes));
      return { ...base, ...hash, format: "json", content: toWire(notebook) };
    }
    return { ...base, ...hash, ...toContent(place, bytes, options.format) };
  }

  async #free(folder: string, name: (n: number) => string, first: number): Promise<Place> {
    const parent = await this.place(folder);
    if (!(await getStats(parent)).isDirectory())
      throw new HuntError("server/bad-request", `'${folder}' is not a folder`);
    for (let n = first; ; n += 1) {
      const place = await this.place(`${folder}/${name(n)}`);
      if ((await stat(place.file).catch(() => undefined)) === undefined) return place;
    }
  }
}

const isNotebook = (path: string): boolean => path.endsWith(".ipynb") || isTextNotebook(path);
const typeOf = (path: string): ContentType => (isNotebook(path) ? "notebook" : "file");
const isOtherForm = (a: string, b: string): boolean => isTextNotebook(a) !== isTextNotebook(b);
const endingOf = (file: string): string =>
  isTextNotebook(file) ? file.slice(-textNotebookEnding.length) : extname(file);

function describe(place: Place, found: Stats): ContentModel {
  const names = parsePath(place.path);
  return {
    name: names[names.length - 1] ?? "",
    path: place.path,
    type: "file",
    writable: true,
    created: found.birthtime.toISOString(),
    last_modified: found.mtime.toISOString(),
    size: found.size,
    mimetype: null,
    format: null,
    content: null,
    hash: null,
    hash_algorithm: null,
  };
}

async function getStats(place: Place): Promise<Stats> {
  try {
    return await stat(place.file);
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? ""))
      throw new HuntError("server/not-found", `there is no '${place.path}'`, {
        cause,
        hint: "it may have been moved or deleted",
      });
    throw explain(place, "read", cause);
  }
}

/** Parsed as a file would be: what is not a notebook is refused before it replaces one. */
const readSaved = (place: Place, model: SaveModel): Notebook =>
  parseNotebook(JSON.stringify(model.content ?? null), place.path);

const isWritable = (file: string): Promise<boolean> =>
  access(file, constants.W_OK).then(
    () => true,
    () => false,
  );

/** Text as UTF-8, refusing what is not: a replacement character saved back would destroy the file. */
function decode(place: Place, bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined)
    throw new HuntError("server/bad-request", `'${place.path}' is not UTF-8 text`, { hint: "download it instead" });
  return text;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toContent(
  place: Place,
  bytes: Buffer,
  format: ContentFormat | undefined,
): Pick<ContentModel, "format" | "content" | "mimetype"> {
  const known = mediaType(place.path);
  const text = format === "base64" || (format === undefined && bytes.includes(0)) ? undefined : decodeUtf8(bytes);
  if (text === undefined && format === "text") decode(place, bytes);
  if (text === undefined) return { format: "base64", content: bytes.toString("base64"), mimetype: known };
  return { format: "text", content: text, mimetype: known === "application/octet-stream" ? "text/plain" : known };
}

function toBytes(place: Place, { content, format }: SaveModel): Uint8Array {
  if (typeof content !== "string" || (format !== "text" && format !== "base64"))
    throw new HuntError(
      "server/bad-request",
      `the content of '${place.path}' must be text, with format "text" or "base64"`,
    );
  if (format === "base64" && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content))
    throw new HuntError("server/bad-request", `the content of '${place.path}' is not base64`);
  return Buffer.from(content, format === "text" ? "utf8" : "base64");
}

async function makeFolder(place: Place): Promise<void> {
  await mkdir(place.file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") explainWrite(place)(error);
  });
}

/** A large upload comes in pieces; it is collected beside its place and takes it with the last one. @returns the collected part until then */
async function saveChunk(place: Place, model: SaveModel, chunk: number): Promise<Stats | undefined> {
  const part = join(dirname(place.file), `.${basename(place.file).slice(0, 100)}.upload`);
  const bytes = toBytes(place, model);
  try {
    if (chunk === 1) await rm(part, { force: true });
    else await access(part);
    await appendFile(part, bytes);
    if (chunk !== -1) return await stat(part);
    await rename(part, place.file);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && chunk !== 1)
      throw new HuntError("server/bad-request", `the upload of '${place.path}' has no first piece`, {
        hint: "upload it again",
      });
    return explainWrite(place)(error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "access is denied",
  EPERM: "access is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is a file",
  ENAMETOOLONG: "the name is too long",
  EEXIST: "it exists already",
  EINVAL: "a folder cannot be moved into itself",
};

function explain(place: Place, what: string, cause: unknown): HuntError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const why = reasons[code];
  if (why === undefined) throw cause;
  const missing = code === "ENOENT" || code === "ENOTDIR";
  return new HuntError(missing ? "server/not-found" : "server/file", `'${place.path}' cannot be ${what}: ${why}`, {
    cause,
  });
}

const explainWrite =
  (place: Place) =>
  (cause: unknown): never => {
    throw explain(place, "written", cause);
  };
