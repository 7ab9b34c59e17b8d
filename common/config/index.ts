export { CONFIG_FILE_VARIABLE, readConfigSources } from './config-sources.ts';
export { environmentName } from './environment.ts';
export { address, durationMs, port, sizeBytes } from './fields.ts';
export { type ConfigSources, loadConfig, type Section } from './load-config.ts';
