import type { MimeBundle } from "../base/port.js";
import type { FrameCore } from "./frame.js";

export async function displayFrame(frame: FrameCore, limit: number): Promise<MimeBundle> {
  void limit;
  return { "text/plain": frame.toString() };
}
