/** Every JavaScript function that compiled KQL may call. */
import type { KqlUdf } from "../../api.js";
import { collectionUdfs } from "./collection.js";
import { decimalUdfs } from "./decimal.js";
import { textUdfs } from "./text.js";
import { timeUdfs } from "./time.js";

export const udfs: readonly KqlUdf[] = [...timeUdfs, ...textUdfs, ...decimalUdfs, ...collectionUdfs];
