export type { Permissions } from './master/access.ts';
export { knownNodes, type MasterConfig, type MasterOptions } from './master/context.ts';
export { Master } from './master/master.ts';
export { filesystemRoutes } from './routes/filesystem-routes.ts';
export { storageRoutes } from './routes/storage-routes.ts';
export { type FilesystemView, type FilesystemViewOptions, openFilesystemView } from './view/filesystem-view.ts';
