/** For tests: a process table of events that can be read, coded without an engine. */
import { findProcessId, findProcessName, type ProcessTable } from "./link.js";

export interface Event {
  readonly at: number;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly parentName?: string;
  readonly host?: string;
  readonly parentCreatedMs?: number;
  readonly guid?: string;
  readonly parentGuid?: string;
  readonly grandparent?: string;
}

function coder(meaning: (text: string) => string | undefined): (texts: readonly string[]) => Float64Array {
  const known = new Map<string, number>();
  return texts =>
    Float64Array.from(texts, text => {
      const means = meaning(text);
      if (means === undefined) return -1;
      if (!known.has(means)) known.set(means, known.size);
      return known.get(means) ?? -1;
    });
}

export function tableOf(events: readonly Event[]): ProcessTable {
  const [ids, names] = [coder(findProcessId), coder(findProcessName)];
  const guids = coder(text => (text === "" ? undefined : text));
  const column = (pick: (event: Event) => string | undefined): string[] => events.map(e => pick(e) ?? "");
  return {
    count: events.length,
    timeMs: Float64Array.from(events, e => e.at),
    processId: ids(column(e => e.id)),
    parentId: ids(column(e => e.parent)),
    grandparentId: ids(column(e => e.grandparent)),
    name: names(column(e => e.name)),
    parentName: names(column(e => e.parentName)),
    host: coder(text => text)(events.map(e => e.host ?? "h")),
    parentCreatedMs: Float64Array.from(events, e => e.parentCreatedMs ?? Number.NaN),
    guid: guids(column(e => e.guid)),
    parentGuid: guids(column(e => e.parentGuid)),
  };
}
