/** Every JavaScript function that compiled KQL may call. */
import type { KqlHost, KqlUdf } from "../../api.js";
import { collectionUdfs } from "./collection.js";
import { encodingUdfs } from "./encoding.js";
import { decimalUdfs } from "./decimal.js";
import { geoUdfs } from "./geo.js";
import { hostUdfs } from "./host.js";
import { networkUdfs } from "./network.js";
import { parseKvUdfs } from "./parse-kv.js";
import { parseUdfs } from "./parse.js";
import { patternUdfs } from "./patterns.js";
import { reduceUdfs } from "./reduce.js";
import { rangeUdfs } from "./ranges.js";
import { sessionUdfs } from "./sessions.js";
import { seriesUdfs } from "./series.js";
import { schemaUdfs } from "./schema.js";
import { sketchUdfs } from "./sketch.js";
import { textUdfs } from "./text.js";
import { timeUdfs } from "./time.js";
import { unitUdfs } from "./units.js";

const ownUdfs: readonly KqlUdf[] = [
  ...parseKvUdfs,
  ...timeUdfs,
  ...textUdfs,
  ...decimalUdfs,
  ...collectionUdfs,
  ...encodingUdfs,
  ...geoUdfs,
  ...networkUdfs,
  ...parseUdfs,
  ...patternUdfs,
  ...reduceUdfs,
  ...rangeUdfs,
  ...sessionUdfs,
  ...seriesUdfs,
  ...schemaUdfs,
  ...sketchUdfs,
  ...unitUdfs,
];

/** All functions, those that ask the host bound to it. */
export const udfsFor = (host: KqlHost): readonly KqlUdf[] => [...ownUdfs, ...hostUdfs(host)];
export const udfs: readonly KqlUdf[] = udfsFor({});
