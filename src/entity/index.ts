/** Entities of the Sentinel schema. */
export { createEntity, Entity, readEntities } from "./entity.js";
export { entityNameOf, entityTable, type EntityName, type EntityProperties } from "./entity-table.js";
