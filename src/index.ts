/** Huntbook's public API. Classes and functions act on the current session, which opens on first use. */
import { HuntError, isHuntError } from "./base/error.js";
import { Secret } from "./base/secret.js";
import { Frame } from "./frame/frame.js";
import { PendingFrame } from "./frame/pending.js";
import { TimeSpan } from "./query/time-span.js";
import { closeDefaultSession, currentSession, withSession, withSignal } from "./session/ambient.js";
import { QueryTime, settings, WorkspaceConfig } from "./session/api.js";
import { display } from "./session/display.js";
import { frameFrom, kql, read } from "./session/frames.js";
import { initNotebook as init, type InitNotebookOptions } from "./session/init-notebook.js";
import { QueryProvider } from "./session/provider.js";
import { createSession, Session } from "./session/session.js";
import { md, mdWarn, show, type Shown } from "./session/show.js";
import { defang, extractIocs, IoCExtract, refang, unpackBase64 } from "./session/transform.js";

export { HuntError, isHuntError, Secret };
export { closeDefaultSession, createSession, currentSession, Session, withSession, withSignal };
export { Frame, PendingFrame, frameFrom, kql, read };
export { QueryProvider, QueryTime, TimeSpan, WorkspaceConfig, settings };
export { display, md, mdWarn, show };
export { IoCExtract, defang, extractIocs, refang, unpackBase64 };
export type { ErrorCode, HuntErrorOptions } from "./base/error.js";
export type { Clock, TimeRange } from "./base/clock.js";
export type { Column, KqlType, TableSchema } from "./base/column.js";
export type { Cause, CauseKind, Completeness } from "./base/completeness.js";
export type { Displayable, MimeBundle, Notice, ProgressEvent } from "./base/port.js";
export type { Cell, ColumnData, FrameLike, Provenance, Row, RowOptions } from "./frame/api.js";
export type * from "./query/query-families.generated.js";
export type * from "./query/query-function.js";
export type { SessionLimits, SessionOptions } from "./session/session.js";
export type { IocRow, IocExtractor, ExtractTableOptions, AddIocTypeOptions } from "./transform/ioc/ioc-extract.js";
export type { ExtractOptions, IocValues } from "./transform/ioc/extract.js";
export type { IocKind, IocType } from "./transform/ioc/ioc-type.js";
export type { UnpackedItem, Unpacking, UnpackOptions } from "./transform/base64/unpack.js";
export type { InitNotebookOptions } from "./session/init-notebook.js";
export type { LocalWorkspace, WorkspaceQueryOptions, WorkspaceTable } from "./workspace/api.js";

/**
 * Prepares a notebook: checks versions and configuration, makes the names of this package that hunts use available
 * without imports, and returns a panel that shows what was found. Calling it again is harmless.
 */
export function initNotebook(options: InitNotebookOptions = {}): Promise<Shown> {
  const names = {
    ...{ QueryProvider, WorkspaceConfig, QueryTime, TimeSpan, settings },
    ...{ display, md, mdWarn, show, kql, read, frameFrom, Frame, HuntError },
    ...{ IoCExtract, unpackBase64 },
  };
  return init(names, options);
}
