export { type FilesystemView, type FilesystemViewOptions, openFilesystemView } from './view/filesystem-view.ts';
