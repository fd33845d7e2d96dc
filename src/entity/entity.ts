/** Entities: people, machines, files and addresses of a case, with what identifies them. */
import { HuntError } from "../base/error.js";
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import { didYouMean } from "../base/suggest.js";
import { renderHtml, renderText, toView, viewMime, type Content, type TableCell, type View } from "../view/index.js";
import { derived } from "./derived.js";
import { entityNameOf, rowOf, type EntityName, type EntityProperties, type PropertyKind } from "./entity-table.js";

const isEntity = (value: unknown): value is Entity => value instanceof Entity;

/** Keys of JSON that are no properties. */
const reserved = new Set(["$id", "$ref", "Type", "type"]);

type Raw = Readonly<Record<string, unknown>>;
const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date) && !isEntity(value);

/**
 * One entity. Its properties stand in `properties` (and are read by `get`); what the schema does not name is kept in
 * `additional`, so that nothing of an alert is lost.
 */
export class Entity<N extends EntityName = EntityName> implements Displayable {
  readonly name: N;
  readonly properties: EntityProperties<N>;
  /** What came with it and is not in the schema. */
  readonly additional: Readonly<Record<string, unknown>>;

  constructor(name: N, properties: EntityProperties<N>, additional: Readonly<Record<string, unknown>> = {}) {
    this.name = name;
    this.properties = properties;
    this.additional = additional;
  }

  /** The word in `Type` of the schema. */
  get type(): string {
    return rowOf(this.name).type;
  }

  /** A property, or one that follows from others: `QualifiedName`, `Fqdn`, `ProcessName`, `FullPath`, `Coordinates`. */
  get(property: string): unknown {
    const own = (this.properties as Raw)[property];
    return own ?? derived[this.name]?.[property]?.(this.properties);
  }

  /** What it is called. */
  get label(): string {
    for (const property of rowOf(this.name).name) {
      const value = this.get(property);
      if (typeof value === "string" && value !== "") return value;
      if (typeof value === "number") return String(value);
    }
    return rowOf(this.name).type;
  }

  /** Whether two are the same thing: of one kind, with an identifying property in common and none that differs. */
  canMerge(other: Entity): boolean {
    if (other.name !== this.name) return false;
    let isShared = false;
    for (const property of rowOf(this.name).identity) {
      const [a, b] = [this.get(property), other.get(property)].map(comparable);
      if (a === undefined || b === undefined) continue;
      if (a !== b) return false;
      isShared = true;
    }
    return isShared;
  }

  /**
   * One entity with what both know; where both know something else, this one's stays. Lists are united.
   * @throws HuntError `entity/not-same` when they are two
   */
  merge(other: Entity): Entity<N> {
    if (!this.canMerge(other))
      throw new HuntError("entity/not-same", `'${this.label}' and '${other.label}' are not the same ${this.type}`, {
        hint: "canMerge() says beforehand",
      });
    const merged: Record<string, unknown> = { ...(other.properties as Raw) };
    for (const [key, value] of Object.entries(this.properties as Raw)) merged[key] = mergeValues(value, merged[key]);
    return new Entity(this.name, merged as EntityProperties<N>, { ...other.additional, ...this.additional });
  }

  /** The schema's JSON, nested. Entities that stand in it twice are given once and referred to by `$ref`. */
  toJSON(): Raw {
    return toRaw(this, { ids: new Map(), repeated: repeatedEntities(this) });
  }

  get view(): View {
    return toView(entityView(this));
  }

  [displaySymbol](): MimeBundle {
    const { view } = this;
    return { [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) };
  }

  toString(): string {
    return renderText(this.view);
  }
}

/** Text without regard to case; entities by what identifies them. */
function comparable(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (isEntity(value)) return value.label.toLowerCase();
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string") return value.toLowerCase();
  return JSON.stringify(value);
}

function mergeValues(mine: unknown, theirs: unknown): unknown {
  if (mine === undefined || mine === null || mine === "") return theirs;
  if (isEntity(mine) && isEntity(theirs) && mine.canMerge(theirs)) return mine.merge(theirs);
  if (!Array.isArray(mine) || !Array.isArray(theirs)) return mine;
  const list: unknown[] = [...(mine as readonly unknown[])];
  for (const item of theirs as readonly unknown[])
    if (!list.some(known => comparable(known) === comparable(item))) list.push(item);
  return list;
}

interface Writing {
  readonly ids: Map<Entity, string>;
  readonly repeated: ReadonlySet<Entity>;
}

function repeatedEntities(root: Entity): ReadonlySet<Entity> {
  const seen = new Set<Entity>();
  const repeated = new Set<Entity>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isEntity(value)) return;
    if (seen.has(value)) return void repeated.add(value);
    seen.add(value);
    Object.values(value.properties).forEach(visit);
  };
  visit(root);
  return repeated;
}

function toRaw(entity: Entity, writing: Writing): Raw {
  const known = writing.ids.get(entity);
  if (known !== undefined) return { $ref: known };
  const id = String(writing.ids.size + 1);
  writing.ids.set(entity, id);
  const write = (value: unknown): unknown => {
    if (isEntity(value)) return toRaw(value, writing);
    if (value instanceof Date) return value.toISOString();
    return Array.isArray(value) ? value.map(write) : value;
  };
  const entries = Object.entries({ ...entity.additional, ...(entity.properties as Raw) })
    .filter(([, v]) => v !== undefined && v !== null && v !== "")
    .map(([k, v]) => [k, write(v)] as const);
  const mark = writing.repeated.has(entity) ? { $id: id } : {};
  return { ...mark, ...Object.fromEntries(entries), Type: entity.type };
}

/** Entities by the `$id` that they were given, also before they were made. */
class Reading {
  readonly raws = new Map<string, Raw>();
  readonly made = new Map<string, Entity>();

  collect(value: unknown, depth = 0): void {
    if (depth > 64) return;
    if (Array.isArray(value)) value.forEach(v => this.collect(v, depth + 1));
    else if (isRaw(value)) {
      const id = value["$id"];
      if (typeof id === "string") this.raws.set(id, value);
      Object.values(value).forEach(v => this.collect(v, depth + 1));
    }
  }

  make(raw: Raw, expected: EntityName | undefined): Entity | undefined {
    const reference = raw["$ref"];
    if (typeof reference === "string") {
      const target = this.raws.get(reference);
      return this.made.get(reference) ?? (target === undefined ? undefined : this.make(target, expected));
    }
    const id = raw["$id"];
    const before = typeof id === "string" ? this.made.get(id) : undefined;
    if (before !== undefined) return before;
    const word = raw["Type"] ?? raw["type"];
    const name = typeof word === "string" ? entityNameOf(word) : (expected ?? "UnknownEntity");
    const properties: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    const additional: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    if (name === "UnknownEntity" && typeof word === "string") additional["Type"] = word;
    const entity = new Entity(name, properties, additional);
    // Known before its properties are read: they may refer back to it.
    if (typeof id === "string") this.made.set(id, entity);
    const kinds = rowOf(name).properties;
    for (const [key, value] of Object.entries(raw)) {
      if (reserved.has(key) || value === null || value === undefined) continue;
      const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
      if (kind === undefined) additional[key] = value;
      else {
        const read = this.#value(value, kind);
        if (read !== undefined) properties[key] = read;
        else additional[key] = value;
      }
    }
    return entity;
  }

  #value(value: unknown, kind: PropertyKind): unknown {
    if (typeof kind === "object") {
      if ("entity" in kind)
        return isEntity(value) ? value : isRaw(value) ? this.make(value, nameIn(kind.entity)) : undefined;
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      const inner = kind.list;
      if (inner === "text") return items.map(String);
      return items.flatMap(v => (isEntity(v) ? [v] : isRaw(v) ? (this.make(v, nameIn(inner.entity)) ?? []) : []));
    }
    switch (kind) {
      case "text":
        return typeof value === "string"
          ? value
          : typeof value === "number" || typeof value === "boolean"
            ? String(value)
            : undefined;
      case "number": {
        const number =
          typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
        return Number.isNaN(number) ? undefined : number;
      }
      case "bool":
        return typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : undefined;
      case "time": {
        const time = value instanceof Date ? value : typeof value === "string" ? new Date(value) : undefined;
        return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
      }
      case "json":
        return value;
    }
  }
}

const nameIn = (entity: string): EntityName | undefined => (entity === "*" ? undefined : entityNameOf(entity));

/**
 * Reads entities from the schema's JSON: an object, a list (as in an alert's `Entities`), or the text of either. `$id` and
 * `$ref` are resolved, circles too; unknown kinds become `UnknownEntity` and lose nothing.
 * @throws HuntError `entity/invalid` for text that is no JSON, and values that are no objects
 */
export function readEntities(source: unknown): Entity[] {
  let value = source;
  if (typeof value === "string") {
    try {
      value = JSON.parse(value);
    } catch (cause) {
      throw new HuntError("entity/invalid", "the text is no JSON", {
        cause,
        hint: "give the Entities column of an alert, or an object",
      });
    }
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const reading = new Reading();
  reading.collect(list);
  return list.map(item => {
    if (isEntity(item)) return item;
    const made = isRaw(item) ? reading.make(item, undefined) : undefined;
    if (made === undefined)
      throw new HuntError("entity/invalid", "an entity is no object, or refers to one that is not there", {
        hint: "give the whole list, with the entities that others refer to",
      });
    return made;
  });
}

/**
 * Makes an entity of a kind from values, converted as in JSON: `createEntity("IpAddress", { Address: "192.0.2.1" })`.
 * @throws HuntError `entity/unknown-type`, `entity/unknown-property`
 */
export function createEntity<N extends EntityName>(name: N, properties: EntityProperties<N>): Entity<N> {
  const found = entityNameOf(name);
  if (found === "UnknownEntity" && name !== "UnknownEntity")
    throw new HuntError("entity/unknown-type", `there is no entity '${name}'`, {
      hint: "IpAddress, Host, Account, File, Process, Url, Dns, Alert, …",
    });
  const known = Object.keys(rowOf(found).properties);
  const wrong = Object.keys(properties as Raw).find(k => !known.includes(k));
  if (wrong !== undefined)
    throw new HuntError("entity/unknown-property", `${found} has no property '${wrong}'${didYouMean(wrong, known)}`, {
      hint: `known: ${known.join(", ")}`,
    });
  const made = new Reading().make({ ...(properties as Raw), Type: rowOf(found).type }, found);
  return made as Entity<N>;
}

function cellOf(value: unknown): TableCell {
  if (isEntity(value)) return `${value.type}: ${value.label}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return {
      kind: "list",
      items: value.slice(0, 50).map((v): Content => (isEntity(v) ? `${v.type}: ${v.label}` : asText(v))),
    };
  return typeof value === "number" || typeof value === "boolean" ? value : asText(value);
}

const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

/** What an entity holds, line by line; entities inside with their properties as `Location.City`, to a depth of two. */
function entriesOf(entity: Entity, prefix = "", depth = 0): { key: string; value: TableCell }[] {
  return Object.entries({ ...(entity.properties as Raw), ...entity.additional })
    .filter(([, v]) => v !== undefined && v !== null && v !== "")
    .flatMap(([key, value]) => {
      const name = `${prefix}${key}`;
      const isOpen = isEntity(value) && depth < 2 && value !== entity;
      return isOpen ? entriesOf(value, `${name}.`, depth + 1) : [{ key: name, value: cellOf(value) }];
    });
}

function entityView(entity: Entity): Content {
  return {
    kind: "group",
    children: [
      { kind: "heading", level: 3, text: `${entity.type}: ${entity.label}` },
      { kind: "keyValue", entries: entriesOf(entity) },
    ],
  };
}
