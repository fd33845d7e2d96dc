import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { createConnection, endpointOf } from "../protocol/connection.js";
import { Wire } from "../protocol/wire.js";
import { BoundSocket } from "../protocol/zmtp/socket.js";
import { KernelChannels } from "./channels.js";

test("a first question that is lost, as one to a kernel that is killed in that moment is, is asked again", async () => {
  const { info, dir } = await createConnection();
  const wire = new Wire({ key: info.key, signatureScheme: info.signatureScheme });
  let asked = 0;
  const iopub = new BoundSocket({ type: "PUB" });
  const shell = new BoundSocket({
    type: "ROUTER",
    onMessage: (frames, from) => {
      asked += 1;
      if (asked === 1) return;
      const parent = wire.decode(frames).header;
      const answer = (type: string, content: object) => wire.create({ type, content: { ...content }, parent });
      iopub.publish([Buffer.from("status"), ...wire.encode(answer("status", { execution_state: "idle" }))]);
      shell.sendTo(from, wire.encode(answer("kernel_info_reply", { status: "ok", banner: "there" })));
    },
  });
  const channels = new KernelChannels(info);
  try {
    await shell.bind(endpointOf(info, "shell"));
    await iopub.bind(endpointOf(info, "iopub"));
    expect(await channels.ready({ timeoutMs: 20_000 })).toMatchObject({ banner: "there" });
    expect(asked).toBeGreaterThan(1);
    await expect(channels.request("control", "x", {}, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "notebook/no-reply",
    });
  } finally {
    await channels.close();
    await shell.close();
    await iopub.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
