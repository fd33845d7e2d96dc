/** What the kernel's two threads say to each other: plain data, structured-cloned. */
import type { JsonObject, Outgoing } from "../protocol/message.js";
import type { CellOutcome, CellOutput, ExpressionOutcome, HuntWindow } from "./api.js";
import type { EditReplies, EditRequest } from "../../kql/api.js";
import type { InterruptReason } from "./interrupt.js";
import type { KqlMagic } from "./magic.js";

/** Names the request that something results from; the protocol thread knows its header. */
export type Origin = number;

export interface ProtocolThreadData {
  readonly connectionFile: string;
  readonly acknowledged: SharedArrayBuffer;
  /** Sizes of the outputs that are on their way to the protocol's thread (`pace.ts`). */
  readonly onItsWay: SharedArrayBuffer;
  readonly version: string;
  /** The notebook's folder. */
  readonly dir: string;
  /** Whose end is ours too; the parent when undefined. */
  readonly ownerPid?: number;
}

export interface CommRequest {
  readonly type: "comm_open" | "comm_msg" | "comm_close";
  readonly commId: string;
  readonly targetName?: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

export interface RunRequest {
  readonly code: string;
  /** Unique in this kernel. For stored cells the number that front ends show. */
  readonly count: number;
  readonly silent: boolean;
  readonly allowInput: boolean;
  readonly userExpressions: Readonly<Record<string, string>>;
  readonly window?: HuntWindow;
}
export interface KqlEdit {
  readonly magic: KqlMagic;
  /** About the magic's body. */
  readonly request: EditRequest;
}
export type KqlEditReply = EditReplies[EditRequest["kind"]];

export interface RunResult {
  readonly outcome: CellOutcome;
  readonly userExpressions: Readonly<Record<string, ExpressionOutcome>>;
}

export type ToMain =
  | { readonly type: "execute"; readonly origin: Origin; readonly run: RunRequest }
  | { readonly type: "comm"; readonly origin: Origin; readonly comm: CommRequest }
  | { readonly type: "answer"; readonly ask: number; readonly value: string }
  | { readonly type: "edit"; readonly edit: number; readonly what: KqlEdit }
  | { readonly type: "interrupt"; readonly id: number; readonly reason: InterruptReason }
  | { readonly type: "shutdown" }
  /** The sockets are closed and everything that waited was sent. */
  | { readonly type: "closed" };

export type FromMain =
  | { readonly type: "ready" }
  | { readonly type: "output"; readonly origin: Origin; readonly output: CellOutput; readonly size: number }
  | {
      readonly type: "publish";
      readonly origin: Origin | undefined;
      readonly message: Omit<Outgoing, "parent">;
      readonly size: number;
    }
  | {
      readonly type: "ask";
      readonly origin: Origin;
      readonly ask: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly type: "executed"; readonly origin: Origin; readonly result: RunResult }
  | { readonly type: "edited"; readonly edit: number; readonly reply: KqlEditReply | undefined }
  /** A comm message was handled. */
  | { readonly type: "handled"; readonly origin: Origin }
  /** Everything is closed; the thread may let go of its sockets, which ends the process. */
  | { readonly type: "left" };
