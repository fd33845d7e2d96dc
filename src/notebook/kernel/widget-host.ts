/** What widgets find in the kernel's process. */
import { readFileSync } from "node:fs";
import { HuntError } from "../../base/error.js";
import type { KernelDrawing } from "../../base/port.js";
import type { LiveReply, LiveRequest } from "../../view/index.js";
import type { CommHub } from "../protocol/comm.js";
import { createIdleComms, WidgetModels } from "../widgets/models.js";
import type { WidgetHost, WidgetModuleName } from "../widgets/mount.js";

/** The target of our front end's views: `{ id, request }` is answered by `{ id, reply }`. */
export const viewTarget = "huntbook.view";

type AnswerView = (request: LiveRequest) => Promise<LiveReply>;

/** For a kernel with front ends: also answers pages that come later, and views outside of widgets. */
export function createWidgetHost(comms: CommHub, answerView: AnswerView): WidgetHost {
  const models = new WidgetModels();
  models.answerControl(comms);
  comms.register(viewTarget, comm => ({
    onMessage: async ({ data }) => {
      const reply = await answerView(data["request"] as LiveRequest);
      comm.send({ id: data["id"], reply });
    },
  }));
  return { comms, models, module: createModules(webFolder), answerView };
}

/** For runs without a front end. */
export function createHeadlessWidgets(): WidgetHost {
  return { comms: createIdleComms(), models: new WidgetModels(), module: createModules(webFolder), isHeadless: true };
}

/** Loaded with the first range that is drawn. */
export function createTimeDrawing(): NonNullable<KernelDrawing["drawTime"]> {
  let loading: Promise<{ draw: (time: Parameters<NonNullable<KernelDrawing["drawTime"]>>[0]) => object }> | undefined;
  return async time => {
    loading ??= import("../widgets/query-time.js").then(({ TimeWidgets }) => new TimeWidgets());
    return { ...(await loading).draw(time) };
  };
}

/** `dist/web`, also when the sources run as they are. */
const webFolder = new URL("../../../dist/web/", import.meta.url);

/** @throws HuntError `widget/not-built`, when a module is asked for */
export function createModules(folder: URL): WidgetHost["module"] {
  const texts = new Map<WidgetModuleName, string>();
  return name => {
    let text = texts.get(name);
    if (text === undefined) texts.set(name, (text = readModule(folder, name)));
    return text;
  };
}

function readModule(folder: URL, name: WidgetModuleName): string {
  try {
    return readFileSync(new URL(`${name}.js`, folder), "utf8");
  } catch (cause) {
    throw new HuntError("widget/not-built", `the module '${name}' that draws widgets is not there`, {
      cause,
      hint: "npm run build makes it; a published package holds it",
    });
  }
}
