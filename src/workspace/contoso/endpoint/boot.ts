/** Starts, sleep and wake-ups of machines. */
import { minuteUs, secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import type { Row } from "../recorder.js";
import type { Host } from "../world/host.js";
import type { Workday } from "../world/workday.js";
import type { Machine } from "./machine.js";
import { emitProcess, reportId } from "./process.js";

export interface WindowsEvent {
  readonly host: Host;
  readonly atUs: number;
  readonly id: number;
  readonly log: "System" | "Application";
  readonly source: string;
  readonly level: "Information" | "Warning" | "Error";
  readonly text: string;
  /** Name → value, as in the event's XML. */
  readonly data: Readonly<Record<string, string>>;
  readonly user?: string;
}

const xmlText = (s: string): string => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A row of the System or Application log. */
export function emitEvent(ctx: Context, e: WindowsEvent, tag?: string): void {
  const data = Object.entries(e.data)
    .map(([name, value]) => `<Data Name="${name}">${xmlText(value)}</Data>`)
    .join("");
  const row: Row = {
    ...{ Computer: e.host.fqdn, EventID: e.id, EventLog: e.log, Source: e.source, EventLevelName: e.level },
    EventLevel: e.level === "Information" ? 4 : e.level === "Warning" ? 3 : 2,
    EventCategory: 0,
    RenderedDescription: e.text,
    EventData: `<DataItem type="System.XmlData" time="${new Date(Math.floor(e.atUs / 1000)).toISOString()}"><EventData>${data}</EventData></DataItem>`,
    ParameterXml: Object.values(e.data)
      .map(v => `<Param>${xmlText(v)}</Param>`)
      .join(""),
    ManagementGroupName: "AOI-Contoso",
    UserName: e.user ?? "N/A",
    _ResourceId: e.host.resourceId,
  };
  ctx.emit("Event", e.atUs, row, tag);
}

/** The processes of a start, oldest first, and the log's own word for it. */
export function emitBoot(ctx: Context, machine: Machine): void {
  const { host, bootUs } = machine;
  for (const p of Object.values(machine.system)) {
    if (p.image.fileName === "fleetpulse.exe" && !hasFleetAgent(ctx, host)) continue;
    if (p.parent !== undefined) emitProcess(ctx, p);
  }
  emitEvent(ctx, {
    ...{ host, atUs: bootUs + 3 * secondUs, id: 6005, log: "System", source: "EventLog", level: "Information" },
    ...{ text: "The Event log service was started.", data: {} },
  });
}

/** Hosts with the telemetry agent: the trap that beacons. They are spread over the sites and never WKS-0042. */
export function hasFleetAgent(ctx: Context, host: Host): boolean {
  return (
    host.kind === "workstation" &&
    host.index % 9 === 4 &&
    host.index < ctx.world.size.telemetryHosts * 9 &&
    host.index !== 41
  );
}

const powerEvents = {
  sleep: {
    id: 42,
    source: "Microsoft-Windows-Kernel-Power",
    text: "The system is entering sleep. Sleep Reason: System Idle",
  },
  wake: {
    id: 1,
    source: "Microsoft-Windows-Power-Troubleshooter",
    text: "The system has returned from a low power state.",
  },
} as const;

export function emitPowerChange(ctx: Context, host: Host, atUs: number, kind: keyof typeof powerEvents): void {
  const { id, source, text } = powerEvents[kind];
  const data =
    kind === "sleep"
      ? { TargetState: "4", EffectiveState: "4", Reason: "7" }
      : { WakeSourceType: "1", RecordId: String(reportId(host.index, atUs % 0x7fffffff)) };
  emitEvent(ctx, { host, atUs, id, log: "System", source, level: "Information", text, data });
}

/** A machine that was not started today woke up: some send their System log. WKS-0042's times are the story's. */
export function emitPower(ctx: Context, machine: Machine, workday: Workday): void {
  const { host } = machine;
  if (host.index % 8 !== 1 || host.index === 41) return;
  emitPowerChange(ctx, host, workday.startUs - 2 * minuteUs, "wake");
  emitPowerChange(ctx, host, workday.endUs + 15 * minuteUs, "sleep");
}
