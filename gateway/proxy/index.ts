export { ControlLink } from './control-link.ts';
export { proxyRoutes } from './forward.ts';
