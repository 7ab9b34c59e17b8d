export { CONFIG_FILE_VARIABLE, readConfigSources } from './config-sources.ts';
export { environmentName, innermost } from './environment.ts';
export { address, durationMs, port, sizeBytes } from './fields.ts';
export { type ConfigSources, loadConfig, SECTIONS, type Section } from './load-config.ts';
