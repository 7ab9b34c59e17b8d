/** The authority's doors on the internal server. */
import { ROLES } from '../../common/identity/index.ts';
import { type InternalRoute, rpcRoute } from '../../common/internal/index.ts';
import { GATEWAY_CERTIFICATE_PATH, RENEW_PATH, signingRequestBody } from '../../common/renewal/index.ts';
import { proveSigningRequest } from '../../common/x509/index.ts';
import type { Authority } from './authority.ts';
import { gatewayNames } from './gateway-names.ts';

export function authorityRoutes(authority: Authority): InternalRoute[] {
  return [
    // Names come from the certificate the caller shows, whatever the request says: nobody can renew into another.
    rpcRoute(RENEW_PATH, ROLES, signingRequestBody, ({ request }, { peer }) =>
      authority.issueProcessCertificate(request, peer),
    ),
    rpcRoute(GATEWAY_CERTIFICATE_PATH, ['gateway'], signingRequestBody, async ({ request }) => {
      const { publicKey, names } = await proveSigningRequest(request);
      return await authority.issueGatewayCertificate(publicKey, gatewayNames(names, authority.options.domains ?? []));
    }),
  ];
}
