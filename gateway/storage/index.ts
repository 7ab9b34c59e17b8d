export { type Storage, type StorageOptions, storageRoutes } from './storage-routes.ts';
