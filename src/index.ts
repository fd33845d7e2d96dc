/** Huntbook's public API. Classes and functions act on the current session, which opens on first use. */
import { HuntError, isHuntError } from "./base/error.js";
import { Secret } from "./base/secret.js";
import { Frame } from "./frame/frame.js";
import { PendingFrame } from "./frame/pending.js";
import { Plotted } from "./frame/plot/plotted.js";
import { linked, LinkedViews } from "./frame/plot/linked.js";
import { plotTimelines, Plots } from "./frame/plot/plots.js";
import { TimeSpan } from "./query/time-span.js";
import { closeDefaultSession, currentSession, withSession, withSignal } from "./session/ambient.js";
import { QueryTime, settings, WorkspaceConfig } from "./session/api.js";
import { display } from "./session/display.js";
import { Finding, finding, findings } from "./session/findings.js";
import { frameFrom, kql, read } from "./session/frames.js";
import { initNotebook as init, type InitNotebookOptions } from "./session/init-notebook.js";
import { createEntity, Entity, readEntities } from "./entity/entity.js";
import { TILookup } from "./session/enrich.js";
import { GeoLiteLookup, geoDistance, IPStackLookup } from "./session/geo.js";
import { dnsComponents, urlComponents } from "./enrich/domain/name-parts.js";
import { lookAlikes } from "./enrich/domain/look-alike.js";
import { nameScore } from "./enrich/domain/name-score.js";
import { dnsResolve, DomainValidator, ipRevResolve } from "./session/domain.js";
import { getIpType, whois } from "./session/whois.js";
import { QueryProvider } from "./session/provider.js";
import { createSession, Session } from "./session/session.js";
import { ConfigReport, MpConfigFile } from "./session/mp-config-file.js";
import { md, mdWarn, show, type Shown } from "./session/show.js";
import { MpConfigEdit } from "./notebook/widgets/config-edit.js";
import * as nbwidgets from "./notebook/widgets/index.js";
import { defang, extractIocs, IoCExtract, refang, unpackBase64 } from "./session/transform.js";

export { HuntError, isHuntError, Secret };
export { closeDefaultSession, createSession, currentSession, Session, withSession, withSignal };
export { Frame, PendingFrame, frameFrom, kql, read };
export { linked, LinkedViews, Plots, Plotted, plotTimelines };
export { Finding, finding, findings };
export { QueryProvider, QueryTime, TimeSpan, WorkspaceConfig, settings };
export { ConfigReport, MpConfigEdit, MpConfigFile };
export { display, md, mdWarn, nbwidgets, show };
export { createEntity, Entity, GeoLiteLookup, geoDistance, getIpType, IPStackLookup, readEntities, TILookup, whois };
export { dnsComponents, dnsResolve, DomainValidator, ipRevResolve, lookAlikes, nameScore, urlComponents };
export { IoCExtract, defang, extractIocs, refang, unpackBase64 };
export type { ErrorCode, HuntErrorOptions } from "./base/error.js";
export type { Clock, TimeRange } from "./base/clock.js";
export type { Column, KqlType, TableSchema } from "./base/column.js";
export type { Cause, CauseKind, Completeness } from "./base/completeness.js";
export type { Displayable, MimeBundle, Notice, ProgressEvent } from "./base/port.js";
export type { ChartKind, ChartOptions, HeatmapOptions } from "./frame/plot/chart.js";
export type { ProcessColumns, ProcessMark, ProcessTreeOptions } from "./frame/plot/host.js";
export type { MapOptions } from "./frame/plot/map.js";
export type { TimelineOptions, TimelineSeries } from "./frame/plot/timeline.js";
export type { Cell, ColumnData, FrameLike, Provenance, Row, RowOptions } from "./frame/api.js";
export type * from "./query/query-families.generated.js";
export type * from "./query/query-function.js";
export type { SessionLimits, SessionOptions } from "./session/session.js";
export type { IocRow, IocExtractor, ExtractTableOptions, AddIocTypeOptions } from "./transform/ioc/ioc-extract.js";
export type { ExtractOptions, IocValues } from "./transform/ioc/extract.js";
export type { IocKind, IocType } from "./transform/ioc/ioc-type.js";
export type { EntityName, EntityProperties } from "./entity/entity-table.js";
export type { GeoFrameOptions } from "./enrich/geo/frame.js";
export type { GeoInput, GeoRecord } from "./enrich/geo/lookup.js";
export type { GeoLiteSettings, UnknownPlace } from "./session/geo.js";
export type { TiLookup, TiLookupOptions, TiPlan } from "./enrich/ti/lookup.js";
export type { ColumnOptions, ObservableInput } from "./enrich/ti/observables.js";
export type { BrowseOptions } from "./enrich/ti/browse.js";
export type { FeedOptions } from "./enrich/ti/feed-source.js";
export type { Severity, TiResult } from "./enrich/ti/result.js";
export type { UnpackedItem, Unpacking, UnpackOptions } from "./transform/base64/unpack.js";
export type { QueryTimeAround } from "./session/api.js";
export type { UnknownHolder, WhoisSettings } from "./session/whois.js";
export type { WhoisRecord } from "./enrich/whois/rdap-answer.js";
export type { CertificateFacts } from "./enrich/domain/certificate.js";
export type { DnsAnswer } from "./enrich/domain/dns.js";
export type { LookAlike, LookAlikeKind } from "./enrich/domain/look-alike.js";
export type { NameParts, UrlParts } from "./enrich/domain/name-parts.js";
export type { NameScore } from "./enrich/domain/name-score.js";
export type { DomainSettings } from "./session/domain.js";
export type { IpType } from "./base/ip-class.js";
export type { Plugin, PluginDriverFactory, PluginHost } from "./session/plugins.js";
export type { InitNotebookOptions } from "./session/init-notebook.js";
export type { FindingSpec } from "./session/findings.js";
export type { KeyFilter, RowFilter, RowNumberFilter, ValueFilter } from "./view/live.js";
export type { KeyColumn, KeyValue } from "./view/figure/model.js";
export type { FindingData, FindingSeverity, TlpMark } from "./view/finding.js";
export type { LocalWorkspace, WorkspaceQueryOptions, WorkspaceTable } from "./workspace/api.js";

/**
 * Prepares a notebook: checks versions and configuration, makes the names of this package that hunts use available
 * without imports, and returns a panel that shows what was found. Calling it again is harmless.
 */
export function initNotebook(options: InitNotebookOptions = {}): Promise<Shown> {
  const names = {
    ...{ MpConfigEdit, MpConfigFile },
    ...{ QueryProvider, WorkspaceConfig, QueryTime, TimeSpan, settings },
    ...{ finding, findings, linked },
    ...{ display, md, mdWarn, show, kql, read, frameFrom, plotTimelines, Frame, HuntError },
    ...{
      IoCExtract,
      unpackBase64,
      TILookup,
      GeoLiteLookup,
      IPStackLookup,
      geoDistance,
      readEntities,
      whois,
      dnsResolve,
      ipRevResolve,
      lookAlikes,
      nameScore,
      DomainValidator,
      nbwidgets,
    },
  };
  return init(names, options);
}
