/** The contents API over plain bytes, so that it can run in a thread of its own. */
import { HuntError } from "../../../base/error.js";
import type { Answer } from "../answer.js";
import { errorAnswer, jsonAnswer, noContent } from "../answer.js";
import { Checkpoints } from "./checkpoints.js";
import { Contents } from "./contents.js";
import { KeptOutputs } from "./kept-outputs.js";
import type { ContentFormat, ContentType, SaveModel } from "./models.js";
import { TrustStore } from "./trust.js";

export interface ContentsRequest {
  readonly method: string;
  /** What follows `/api/contents`, percent-decoded: `cases/hunt.ipynb`, `hunt.ipynb/checkpoints`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** JSON text; empty when there is none. */
  readonly body: Uint8Array;
}

export type ContentsHandler = (request: ContentsRequest) => Promise<Answer>;

export interface ContentsFolders {
  readonly root: string;
  /** Where signatures, checkpoints and the outputs of notebooks in Markdown are kept. */
  readonly stateDir: string;
}

/** Answers requests one after another: two saves of a file never mix. */
export function createContentsHandler(folders: ContentsFolders): ContentsHandler {
  const contents = new Contents({
    root: folders.root,
    trust: new TrustStore(`${folders.stateDir}/trust`),
    checkpoints: new Checkpoints(`${folders.stateDir}/checkpoints`),
    outputs: new KeptOutputs(`${folders.stateDir}/outputs`),
  });
  let last: Promise<unknown> = Promise.resolve();
  return request => {
    const next = last.then(() => answer(contents, request).catch(errorAnswer));
    last = next;
    return next;
  };
}

async function answer(contents: Contents, request: ContentsRequest): Promise<Answer> {
  const { path, method } = request;
  const checkpoint = /^(.*?)\/checkpoints(?:\/([^/]+))?$/.exec(path);
  if (checkpoint !== null) return answerCheckpoints(contents, checkpoint[1] ?? "", checkpoint[2], method);
  if (method === "POST" && path.endsWith("/trust")) {
    await contents.trust(path.slice(0, -"/trust".length));
    return jsonAnswer(201, {});
  }
  switch (method) {
    case "GET":
      return jsonAnswer(200, await contents.get(path, readGetOptions(request.query)));
    case "PUT":
      return jsonAnswer(200, await contents.save(path, readSaveModel(readBody(request))));
    case "POST": {
      const body = readBody(request);
      const { copy_from: copyFrom, ext } = body;
      return jsonAnswer(
        201,
        await contents.create(path, {
          type: readType(body["type"]) ?? "file",
          ...(typeof copyFrom === "string" ? { copyFrom } : {}),
          ...(typeof ext === "string" ? { ext } : {}),
        }),
      );
    }
    case "PATCH": {
      const target = readBody(request)["path"];
      if (typeof target !== "string") throw badRequest("a rename needs the new 'path'");
      return jsonAnswer(200, await contents.rename(path, target));
    }
    case "DELETE":
      await contents.remove(path);
      return noContent;
    default:
      throw new HuntError("server/method", `contents cannot be asked with ${method}`);
  }
}

async function answerCheckpoints(
  contents: Contents,
  path: string,
  id: string | undefined,
  method: string,
): Promise<Answer> {
  const { file } = await contents.place(path);
  const { checkpoints } = contents;
  if (id === undefined && method === "GET") return jsonAnswer(200, await checkpoints.list(file));
  if (id === undefined && method === "POST") {
    await contents.get(path, { content: false, hash: false });
    return jsonAnswer(201, await checkpoints.create(file));
  }
  if (id !== undefined && method === "POST") await checkpoints.restore(file, id);
  else if (id !== undefined && method === "DELETE") await checkpoints.remove(file, id);
  else throw new HuntError("server/method", `checkpoints cannot be asked with ${method}`);
  return noContent;
}

const badRequest = (message: string) => new HuntError("server/bad-request", message);

function readBody(request: ContentsRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(request.body).toString("utf8"));
  } catch (cause) {
    throw new HuntError("server/bad-request", "the request's body is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest("the request's body is not a JSON object");
  return value as Record<string, unknown>;
}

function readType(value: unknown): ContentType | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (value === "notebook" || value === "file" || value === "directory") return value;
  throw badRequest(`'type' must be notebook, file or directory, not ${JSON.stringify(value)}`);
}

function readFormat(value: unknown): ContentFormat | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (value === "json" || value === "text" || value === "base64") return value;
  throw badRequest(`'format' must be json, text or base64, not ${JSON.stringify(value)}`);
}

function readGetOptions(query: Readonly<Record<string, string>>) {
  const [type, format] = [readType(query["type"]), readFormat(query["format"])];
  return {
    content: query["content"] !== "0",
    hash: query["hash"] === "1",
    ...(type === undefined ? {} : { type }),
    ...(format === undefined ? {} : { format }),
  };
}

function readSaveModel(body: Record<string, unknown>): SaveModel {
  const [type, format, chunk] = [readType(body["type"]), readFormat(body["format"]), body["chunk"]];
  if (type === undefined) throw badRequest("what is saved needs a 'type'");
  const isChunk = Number.isInteger(chunk) && ((chunk as number) >= 1 || chunk === -1);
  if (chunk !== undefined && chunk !== null && (!isChunk || type !== "file"))
    throw badRequest("'chunk' numbers the pieces of a file from 1; the last one is -1");
  return {
    type,
    content: body["content"],
    ...(format === undefined ? {} : { format }),
    ...(isChunk ? { chunk: chunk as number } : {}),
  };
}
