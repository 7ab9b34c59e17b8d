import { getRequestListener } from '@hono/node-server';
import type { InternalRoute } from '../../common/internal/index.ts';

/** The API as a route of the internal server: whatever no other route takes, from the gateway alone. Bodies are streamed. */
export function apiRoutes(app: { fetch(request: Request, env: never): Response | Promise<Response> }): InternalRoute[] {
  const listener = getRequestListener((request, env) => app.fetch(request, env as never), {
    overrideGlobalObjects: false,
    // The gateway names the host that the person asked for; for routing here it makes no difference.
    hostname: 'control',
  });
  return [
    {
      method: '*',
      path: '/*',
      roles: ['gateway'],
      handle: async ({ request, response }) => {
        await listener(request, response);
      },
    },
  ];
}
