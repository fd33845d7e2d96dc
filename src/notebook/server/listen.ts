/** Listening on this machine only. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HuntError } from "../../base/error.js";

/** @returns the port it got. @throws HuntError `server/port` */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program uses it" : cause.message;
      reject(
        new HuntError("server/port", `port ${port} cannot be used: ${why}`, {
          cause,
          hint: "choose another one: --port 0 takes any free one",
        }),
      );
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
