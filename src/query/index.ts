/** Named queries: the provider, its types, time ranges. Drivers are `session`'s to name. */
export type * from "./api.js";
export type { QueryOptions } from "./call.js";
export type { KqlFragmentCheck } from "./clause.js";
export type { CustomQuery, CustomQueryParameter } from "./custom-query.js";
export type { QueryDefinition } from "./definition.js";
export { environmentNames, environments, findEnvironment, getEnvironment, type Environment } from "./environment.js";
export { HelpText } from "./help.js";
export { QueryLibrary, type QuerySearch } from "./library.js";
export {
  loadDefinitions,
  loadQueryFile,
  loadQueryFolder,
  shippedQueriesDir,
  type DefinitionSources,
} from "./load-queries.js";
export { libraryFunctions, queriesAsFunctions, type QueryAsFunction } from "./kql-functions.js";
export { KqlText, type ParameterDefinition, type ParameterType } from "./parameter.js";
export {
  createQueryProvider,
  createQueryProviderClass,
  type QueryProviderClass,
  type QueryProviderOf,
} from "./create-provider.js";
export {
  QueryProvider,
  type ExecQueryOptions,
  type ImportedQueries,
  type QueryProviderHost,
  type QuerySplitter,
  type SplitRequest,
} from "./provider.js";
export type * from "./query-families.generated.js";
export type * from "./query-function.js";
export { readQueries, type QueryFileResult } from "./read-queries.js";
export { filtersTime } from "./time-filter.js";
export { QueryTime, TimeSpan, type RangeOrigin, type TimeSpanSpec } from "./time-span.js";
