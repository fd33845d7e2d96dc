/** What the Lab's side panel shows: the tables and named queries of the workspace that notebooks run on. */

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
}
export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  /** Undefined where it is not known (clouds). */
  readonly rows?: number;
}
export interface CatalogParameter {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}
export interface CatalogQuery {
  /** `Azure`, `SecurityAlert`, … */
  readonly family: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly CatalogParameter[];
}
export interface Catalog {
  readonly workspace: string;
  /** ISO instant that `now()` means; undefined: the system's clock. */
  readonly now?: string;
  readonly tables: readonly CatalogTable[];
  readonly queries: readonly CatalogQuery[];
}

export type LoadCatalog = () => Promise<Catalog>;
