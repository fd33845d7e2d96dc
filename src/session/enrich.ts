/** Enrichment for hunts: of the current session. */
import { dirname, resolve } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Frame } from "../frame/frame.js";
import { browseView, type BrowseOptions } from "../enrich/ti/browse.js";
import { configureSources, keylessSource, type ConfigurePorts } from "../enrich/ti/configure.js";
import { FeedSource, type FeedOptions } from "../enrich/ti/feed-source.js";
import { TiLookup, type TiLookupOptions, type TiPlan } from "../enrich/ti/lookup.js";
import type { ColumnOptions, ObservableInput } from "../enrich/ti/observables.js";
import { retiredProviders } from "../enrich/ti/providers/index.js";
import type { TiQuery } from "../enrich/ti/provider.js";
import type { TiAsk, TiSource } from "../enrich/ti/source.js";
import type { TiResult } from "../enrich/ti/result.js";
import { describeRows, type TableCell } from "../view/index.js";
import { ambientSignal, currentSession } from "./ambient.js";
import { createProvider } from "./provider.js";
import type { Session } from "./session.js";
import { Shown } from "./show.js";

const oneYearMs = 365 * 86_400_000;

/** Asks the indicator tables of the session's default workspace, over a year, whatever the hunt's time range. */
function indicatorQuery(
  session: Session,
): Pick<ConfigurePorts, "runIndicatorQuery" | "workspace" | "workspaceNowMs" | "workspaceMissing"> {
  let provider: Promise<ReturnType<typeof createProvider<"MSSentinel">>> | undefined;
  const connect = async () => {
    const made = createProvider(session, "MSSentinel");
    await made.connect(session.workspaceConfig());
    return made;
  };
  return {
    workspace: nameOfDefault(session),
    workspaceMissing: () =>
      isWithoutWorkspace(session)
        ? "there is no workspace whose indicators could be asked: `huntbook start` makes the demo, `huntbook ingest` one of your logs"
        : undefined,
    workspaceNowMs: () => session.clock.now(),
    runIndicatorQuery: async kql => {
      provider ??= connect();
      provider.catch(() => (provider = undefined));
      const end = session.clock.now();
      return (await provider).execQuery(kql, { start: new Date(end - oneYearMs), end: new Date(end + 86_400_000) });
    },
  };
}

/** Nothing was configured and the demo is not there: a look-up of an address does not make it. */
function isWithoutWorkspace(session: Session): boolean {
  try {
    return session.workspaceConfig().place.kind === "contoso" && !session.hasDemo;
  } catch {
    return false;
  }
}

function nameOfDefault(session: Session): string {
  try {
    return session.workspaceConfig().name;
  } catch {
    return "(none chosen)";
  }
}

function portsOf(session: Session): ConfigurePorts {
  return {
    config: session.config,
    client: session.http,
    dir: session.enrichDir,
    nowMs: () => Date.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    },
    ...indicatorQuery(session),
    notify: notice => session.notify(notice),
    baseDir: session.config.place === undefined ? process.cwd() : dirname(resolve(session.config.place.path)),
  };
}

/** What plug-ins added as `ti`: a source, or a class of one. What is none is told. */
function pluginSources(session: Session) {
  return session.plugins.providers.flatMap(({ kind, name, provider }) => {
    if (kind !== "ti") return [];
    const given = (typeof provider === "function" ? new (provider as new () => unknown)() : provider) as PluginTiSource;
    const parts = ["ask", "plan", "subtypes"] as const;
    const missing = parts.find(part => typeof (given as Partial<PluginTiSource>)[part] !== "function");
    if (missing === undefined) return [{ source: toTiSource(given), isPrimary: true, isEnabled: true }];
    const message = `provider '${name}' of a plug-in cannot be asked: it has no ${missing}()`;
    session.notify({ code: "session/plugin", message, hint: "it needs name, kind, ask, plan, subtypes and usage" });
    return [];
  });
}

/** As plug-ins write it: asked about a list at a time, at most some hundreds. */
type PluginTiSource = Omit<TiSource, "ask"> & {
  ask(queries: readonly TiQuery[], ask: TiAsk): Promise<void>;
};

const toTiSource = (given: PluginTiSource): TiSource => ({
  name: given.name,
  describes: given.describes,
  kind: given.kind,
  isOutbound: given.isOutbound,
  get unavailable() {
    return given.unavailable;
  },
  get usage() {
    return given.usage;
  },
  subtypes: type => given.subtypes(type),
  plan: queries => given.plan(queries),
  ask: async (batches, ask) => {
    for await (const queries of batches) await given.ask(queries, ask);
  },
});

export interface TILookupSettings {
  /** Only these of the configuration; also providers that need no key (`Tor`, `InternetDB`) by name. */
  readonly providers?: readonly string[];
}

/**
 * Asks threat intelligence about observables: the workspace's own indicators (no configuration needed), the services and
 * feeds of `TIProviders` in msticpyconfig.yaml.
 *
 * `await ti.lookupIoc("198.51.100.23")` gives results, `await ti.lookupIocs(frame, { column: "IPAddress" })` a frame. Private,
 * reserved, documentation and internal observables are refused before they leave the machine; `dryRun` shows what would be
 * sent to whom.
 */
export class TILookup extends TiLookup {
  constructor(settings: TILookupSettings = {}) {
    const session = currentSession();
    super({
      load: () => {
        const ports = portsOf(session);
        const configured = configureSources(ports);
        const { rules } = configured;
        const sources = [...configured.sources, ...pluginSources(session)];
        const wanted = settings.providers?.map(n => n.toLowerCase());
        const chosen =
          wanted === undefined ? sources : sources.filter(s => wanted.includes(s.source.name.toLowerCase()));
        const extra = (settings.providers ?? []).flatMap(name => {
          if (chosen.some(s => s.source.name.toLowerCase() === name.toLowerCase())) return [];
          const source = keylessSource(name, ports);
          return source === undefined ? [] : [{ source, isPrimary: true, isEnabled: true }];
        });
        return { sources: [...chosen, ...extra], rules };
      },
      retired: retiredProviders,
      frames: () => session.store(),
      nowMs: () => session.clock.now(),
      clock: "system",
      signal: ambientSignal,
      onProgress: event => session.onProgress(event),
      notify: notice => session.notify(notice),
    });
  }

  /** Adds a file of indicators (STIX 2.1, MISP, CSV, abuse.ch dump, plain list) as a provider. @throws HuntError `ti/feed-…` */
  addFeed(options: FeedOptions): this {
    const feed = new FeedSource({ ...options, path: resolve(options.path) }, () => currentSession().clock.now());
    feed.load();
    this.addProvider(feed);
    return this;
  }

  /** The results as a view: counts, then each observable with what every provider said, the worst first. */
  async browseResults(results: Frame | readonly TiResult[], options: BrowseOptions = {}): Promise<Shown> {
    const list = "rowCount" in results ? ((await results.rows()) as unknown as Shaped[]).map(fromRow) : results;
    return new Shown(browseView(list, options));
  }

  /** MSTICPy's shorter name for `browseResults`. */
  async browse(results: Frame | readonly TiResult[], options: BrowseOptions = {}): Promise<Shown> {
    return this.browseResults(results, options);
  }

  /** `dryRun` as something to show. */
  async showPlan(input: ObservableInput | string, options: TiLookupOptions & ColumnOptions = {}): Promise<Shown> {
    return new Shown(planView(await this.dryRun(input, options)));
  }
}

type Shaped = Omit<TiResult, "CheckedAt"> & { readonly CheckedAt: Date | null };
const fromRow = (row: Shaped): TiResult => ({ ...row, CheckedAt: row.CheckedAt?.getTime() });

function planView(plan: TiPlan) {
  const rows = plan.providers.map((p): readonly TableCell[] => [
    p.provider,
    p.host,
    p.toSend,
    p.kept,
    p.refused.length,
    p.notSupported,
    p.neededMs === 0 ? "-" : `${Math.ceil(p.neededMs / 60_000)} min`,
  ]);
  const names = ["Provider", "Sent to", "To send", "Kept", "Refused", "Not supported", "Quota asks for"];
  const refused = plan.providers.flatMap(p =>
    p.refused.map((r): readonly TableCell[] => [p.provider, r.ioc, r.reason]),
  );
  return {
    kind: "group",
    children: [
      {
        kind: "table",
        caption: `${plan.observables} observables; nothing was sent`,
        columns: names.map(name => ({ name })),
        rows,
      },
      ...(refused.length === 0
        ? []
        : ([
            {
              kind: "details",
              summary: `${describeRows(refused.length)} refused`,
              children: [
                {
                  kind: "table",
                  columns: ["Provider", "Observable", "Why"].map(name => ({ name })),
                  rows: refused.slice(0, 100),
                },
              ],
            },
          ] as const)),
    ],
  } as const;
}
