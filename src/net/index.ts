/** The one HTTP client. */
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from "./client.js";
export { findProxy, type ProxyEnvironment } from "./proxy.js";
