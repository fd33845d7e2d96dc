/** Configuration: msticpyconfig.yaml, workspaces, clouds, tokens. */
export { createAzureCliTokens, createClientSecretTokens, type AzureTokenSource } from "./azure-token.js";
export { getCloud, type Cloud } from "./cloud.js";
export {
  Config,
  createSettings,
  findConfig,
  loadConfig,
  readConfig,
  systemConfigPorts,
  type ConfigPlace,
  type ConfigPorts,
  type Settings,
} from "./config.js";
export type { Limits, LocalWorkspaceSettings } from "./huntbook-section.js";
export { SettingReference, settingSecret, settingText } from "./setting.js";
export { parseConnectionString, WorkspaceConfig, type WorkspacePlace } from "./workspace-config.js";
export { parseYamlSource, type YamlSource } from "./yaml-source.js";
