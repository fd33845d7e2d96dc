/** `huntbook/testing`: stand-ins for services, for tests of notebooks and drivers. */
export {
  createLogAnalyticsStandIn,
  type Fault,
  type LogAnalyticsStandIn,
  type LogAnalyticsStandInOptions,
  type ReceivedQuery,
} from "./log-analytics.js";
