/** The breach, chapter by chapter, on its days. */
import type { Context, DayGenerator } from "../context.js";
import {
  directoryReading,
  inboxRule,
  oauthConsent,
  phishing,
  replayedSession,
  sharedWorkbook,
  spray,
} from "./chapters-cloud.js";
import {
  beacon,
  dcSync,
  deskRepair,
  discovery,
  lateralMovement,
  lsassDump,
  macro,
  newAdministrator,
} from "./chapters-endpoint.js";
import { archives, blobCopy, bucketCopy, lightsOff, linuxPersistence, proxyExfiltration } from "./chapters-exit.js";

type Chapter = (ctx: Context) => void;
const chapters: Readonly<Record<number, readonly Chapter[]>> = {
  [-9]: [spray],
  [-8]: [directoryReading],
  [-6]: [phishing, replayedSession, inboxRule],
  [-5]: [oauthConsent, sharedWorkbook],
  [-4]: [macro, deskRepair],
  [-3]: [discovery, lsassDump, lateralMovement],
  [-2]: [dcSync, newAdministrator, linuxPersistence],
  [-1]: [archives, proxyExfiltration, blobCopy, bucketCopy, lightsOff],
};

export const storyDay: DayGenerator = function* (ctx, day) {
  for (const chapter of chapters[day] ?? []) {
    chapter(ctx);
    yield;
  }
  beacon(ctx, day);
  yield;
};
