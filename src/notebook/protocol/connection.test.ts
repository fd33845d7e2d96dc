import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createConnection, endpointOf, ports, readConnectionFile, writeConnectionFile } from "./connection.js";

test("a new connection is for this user alone, with a key that does not show", async () => {
  const { info, file, dir } = await createConnection({ kernelName: "huntbook" });
  try {
    const other = await createConnection();
    rmSync(other.dir, { recursive: true });
    expect(other.info.key.reveal()).not.toBe(info.key.reveal());
    expect(info.key.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(inspect(info, { depth: 5 })).not.toContain(info.key.reveal());
    const read = readConnectionFile(file);
    expect({ ...read, key: read.key.reveal() }).toEqual({ ...info, key: info.key.reveal() });
    if (process.platform === "win32") return;
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(endpointOf(info, "shell")).toEqual({ transport: "ipc", path: join(dir, "s-1") });
  } finally {
    rmSync(dir, { recursive: true });
  }
  expect(existsSync(dir)).toBe(false);
});

test("ports are free, different and on this machine only", async () => {
  const { info, dir } = await createConnection({ transport: "tcp" });
  rmSync(dir, { recursive: true });
  expect(info.ip).toBe("127.0.0.1");
  expect(new Set(ports.map(p => info.ports[p])).size).toBe(5);
});

test("writing replaces a file that others could read", async () => {
  const { info, file, dir } = await createConnection();
  rmSync(file);
  writeFileSync(file, "{}", { mode: 0o644 });
  writeConnectionFile(file, info);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(dir, { recursive: true });
});

test.each([
  ["{", "cannot be read"],
  ["[]", "is not a JSON object"],
  ['{"transport":"udp"}', "asks for the transport 'udp'"],
  ['{"ip":5}', "has no text 'ip'"],
  ['{"ip":"127.0.0.1","shell_port":70000}', "has no port number 'shell_port'"],
])("%s is refused", async (text, problem) => {
  const { file, dir } = await createConnection();
  writeFileSync(file, text);
  expect(() => readConnectionFile(file)).toThrow(
    expect.objectContaining({ code: "notebook/connection-file", message: expect.stringContaining(problem) as unknown }),
  );
  rmSync(dir, { recursive: true });
});
