/** Every JavaScript function that compiled KQL may call. */
import type { KqlUdf } from "../../api.js";
import { collectionUdfs } from "./collection.js";
import { encodingUdfs } from "./encoding.js";
import { decimalUdfs } from "./decimal.js";
import { geoUdfs } from "./geo.js";
import { networkUdfs } from "./network.js";
import { parseKvUdfs } from "./parse-kv.js";
import { parseUdfs } from "./parse.js";
import { seriesUdfs } from "./series.js";
import { schemaUdfs } from "./schema.js";
import { sketchUdfs } from "./sketch.js";
import { textUdfs } from "./text.js";
import { timeUdfs } from "./time.js";
import { unitUdfs } from "./units.js";

export const udfs: readonly KqlUdf[] = [
  ...parseKvUdfs,
  ...timeUdfs,
  ...textUdfs,
  ...decimalUdfs,
  ...collectionUdfs,
  ...encodingUdfs,
  ...geoUdfs,
  ...networkUdfs,
  ...parseUdfs,
  ...seriesUdfs,
  ...schemaUdfs,
  ...sketchUdfs,
  ...unitUdfs,
];
