/** What the server needs of a kernel: to start it, to pass messages on unread, and to hear when it ends. */

export type ClientChannel = "shell" | "control" | "stdin";
export type KernelChannel = ClientChannel | "iopub";

/** A message as it travels: JSON texts of header, parent header, metadata and content, then binary buffers. */
export interface RawMessage {
  readonly parts: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  readonly buffers: readonly Uint8Array[];
}

/** The process and the connection to it. A restart keeps both ends of the connection. */
export interface RunningKernel {
  send(channel: ClientChannel, message: RawMessage): void;
  onMessage(listener: (channel: KernelChannel, message: RawMessage) => void): void;
  /** Called when the process ends without having been told to. */
  onExit(listener: (how: string) => void): void;
  interrupt(): Promise<void>;
  /** Ends the process, politely if it listens, and starts another one. */
  restart(): Promise<void>;
  /** Ends the process and lets go of everything. */
  shutdown(): Promise<void>;
}

export interface LaunchRequest {
  /** Name of a kernel specification. */
  readonly name: string;
  /** Absolute; the working folder. */
  readonly cwd: string;
  /** API path of the notebook, for kernels that want to know it. */
  readonly notebook?: string;
}

export interface KernelSpecModel {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: "signal" | "message";
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Folder with logos; absent when there are none. */
  readonly resourceDir?: string;
}

export interface KernelLauncher {
  readonly defaultName: string;
  specs(): readonly KernelSpecModel[];
  /** @throws HuntError when the specification is unknown or the process does not come up */
  launch(request: LaunchRequest): Promise<RunningKernel>;
}
