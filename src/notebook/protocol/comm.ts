/** Comms as code in the kernel sees them; the kernel implements the hub, widgets use it. */
import type { JsonObject } from "./message.js";

export interface CommData {
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

export interface CommHandlers {
  /** Messages of one comm come in order; the next one does not wait for this one's promise. */
  readonly onMessage?: (message: CommData) => void | Promise<void>;
  /** The front end has closed it. */
  readonly onClose?: () => void | Promise<void>;
}

export interface Comm {
  readonly id: string;
  send(data: JsonObject, options?: { readonly metadata?: JsonObject; readonly buffers?: readonly Uint8Array[] }): void;
  close(data?: JsonObject): void;
}

/** Called when a front end opens a comm. */
export type CommTarget = (
  comm: Comm,
  opened: CommData,
) => CommHandlers | void | undefined | Promise<CommHandlers | void | undefined>;

export interface CommHub {
  /** Front ends may open comms to `targetName` from now on. */
  register(targetName: string, target: CommTarget): void;
  open(
    targetName: string,
    options?: {
      readonly id?: string;
      readonly data?: JsonObject;
      readonly metadata?: JsonObject;
      readonly buffers?: readonly Uint8Array[];
      readonly handlers?: CommHandlers;
    },
  ): Comm;
}
