/** What the contents API answers. Source: https://jupyter-server.readthedocs.io/en/latest/developers/contents.html */

export type ContentType = "notebook" | "file" | "directory";
export type ContentFormat = "json" | "text" | "base64";

export interface ContentModel {
  readonly name: string;
  readonly path: string;
  readonly type: ContentType;
  readonly writable: boolean;
  /** ISO instants. */
  readonly created: string;
  readonly last_modified: string;
  readonly size: number | null;
  readonly mimetype: string | null;
  readonly format: ContentFormat | null;
  readonly content: unknown;
  readonly hash: string | null;
  readonly hash_algorithm: "sha256" | null;
}

export interface GetOptions {
  /** With its content. */
  readonly content: boolean;
  readonly type?: ContentType;
  readonly format?: ContentFormat;
  readonly hash: boolean;
}

/** What a client wants to save. */
export interface SaveModel {
  readonly type: ContentType;
  readonly format?: ContentFormat;
  readonly content?: unknown;
  /** Pieces of a large upload, numbered from 1; the last one is -1. */
  readonly chunk?: number;
}
