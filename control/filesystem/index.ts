export type { Permissions } from './master/access.ts';
export { knownNodes, type MasterConfig, type MasterOptions } from './master/context.ts';
export { Master } from './master/master.ts';
export { filesystemRoutes } from './routes/filesystem-routes.ts';
export { storageRoutes } from './routes/storage-routes.ts';
export type { EventQueueRecord, EventRecord } from './view/event-tables.ts';
export {
  type FilesystemView,
  type FilesystemViewOptions,
  openFilesystemView,
  type PendingEvent,
} from './view/filesystem-view.ts';
