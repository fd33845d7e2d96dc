/** The one HTTP client. */
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from "./client.js";
export { findProxy, type ProxyEnvironment } from "./proxy.js";
export { createAuditLog } from "./audit.js";
export { dayMs, minuteMs, Quota, type QuotaUse, type QuotaWindow } from "./quota.js";
export { createRecordingClient, createReplayClient } from "./record.js";
export { AnswerStore, type Kept } from "./store.js";
