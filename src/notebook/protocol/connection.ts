/** Connection files: where a kernel listens and the key that its messages are signed with. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HuntError, messageOf } from "../../base/error.js";
import { Secret } from "../../base/secret.js";
import type { Endpoint } from "./zmtp/socket.js";

export const ports = ["shell", "control", "stdin", "iopub", "hb"] as const;
export type PortName = (typeof ports)[number];

export interface ConnectionInfo {
  readonly transport: "tcp" | "ipc";
  /** Address, or for `ipc` what the socket files' names begin with. */
  readonly ip: string;
  readonly ports: Readonly<Record<PortName, number>>;
  readonly key: Secret;
  readonly signatureScheme: string;
  readonly kernelName?: string;
}

export function endpointOf(info: ConnectionInfo, name: PortName): Endpoint {
  const port = info.ports[name];
  return info.transport === "tcp"
    ? { transport: "tcp", host: info.ip, port }
    : { transport: "ipc", path: `${info.ip}-${port}` };
}

/** @throws HuntError `notebook/connection-file`, which names the field */
export function readConnectionFile(path: string): ConnectionInfo {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw invalid(path, `cannot be read: ${messageOf(cause)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "is not a JSON object");
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (name: string, fallback?: string): string => {
    const found = fields[name] ?? fallback;
    if (typeof found !== "string") throw invalid(path, `has no text '${name}'`);
    return found;
  };
  const port = (name: PortName): number => {
    const found = fields[`${name}_port`];
    if (!Number.isInteger(found) || (found as number) < 0 || (found as number) > 65_535)
      throw invalid(path, `has no port number '${name}_port'`);
    return found as number;
  };
  const transport = text("transport", "tcp");
  if (transport !== "tcp" && transport !== "ipc") throw invalid(path, `asks for the transport '${transport}'`);
  return {
    transport,
    ip: text("ip"),
    ports: Object.fromEntries(ports.map(name => [name, port(name)])) as Record<PortName, number>,
    key: new Secret(text("key", ""), "connection file"),
    signatureScheme: text("signature_scheme", "hmac-sha256"),
    ...(typeof fields["kernel_name"] === "string" ? { kernelName: fields["kernel_name"] } : {}),
  };
}

/** Written for the user alone (mode 0600), whole or not at all. */
export function writeConnectionFile(path: string, info: ConnectionInfo): void {
  const fields = {
    ...Object.fromEntries(ports.map(name => [`${name}_port`, info.ports[name]])),
    ip: info.ip,
    key: info.key.reveal(),
    transport: info.transport,
    signature_scheme: info.signatureScheme,
    kernel_name: info.kernelName ?? "",
  };
  const draft = `${path}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  writeFileSync(draft, JSON.stringify(fields, undefined, 2), { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
}

export interface PrivateConnection {
  readonly info: ConnectionInfo;
  readonly file: string;
  /** Holds the connection file and the sockets; for the user alone. Whoever made it removes it. */
  readonly dir: string;
}

/** What private folders are called; a kernel that lost its client removes its own. */
export const privateDirPrefix = "huntbook-kernel-";

/**
 * Makes a connection that only this user can reach where the system allows it: sockets in a folder of mode 0700 instead
 * of ports, on which every user of the machine could listen in (outputs are published without asking who reads them).
 */
export async function createConnection(
  options: { readonly transport?: "tcp" | "ipc"; readonly kernelName?: string } = {},
): Promise<PrivateConnection> {
  const transport = options.transport ?? (process.platform === "win32" ? "tcp" : "ipc");
  const dir = mkdtempSync(join(tmpdir(), privateDirPrefix));
  const numbers = transport === "ipc" ? ports.map((_, i) => i + 1) : await findFreePorts(ports.length);
  const info: ConnectionInfo = {
    transport,
    ip: transport === "ipc" ? join(dir, "s") : "127.0.0.1",
    ports: Object.fromEntries(ports.map((name, i) => [name, numbers[i] ?? 0])) as Record<PortName, number>,
    key: new Secret(randomBytes(32).toString("hex"), "connection file"),
    signatureScheme: "hmac-sha256",
    ...(options.kernelName === undefined ? {} : { kernelName: options.kernelName }),
  };
  const file = join(dir, "kernel.json");
  writeConnectionFile(file, info);
  return { info, file, dir };
}

/** Held all at once, so that they differ. Between now and the kernel's start another program may take one. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      });
    }),
  );
  const found = servers.map(s => (s.address() as AddressInfo).port);
  await Promise.all(servers.map(s => new Promise(resolve => s.close(resolve))));
  return found;
}

function invalid(path: string, problem: string): HuntError {
  return new HuntError("notebook/connection-file", `the connection file '${path}' ${problem}`, {
    hint: "a Jupyter client writes it when it starts a kernel",
    where: path,
  });
}
