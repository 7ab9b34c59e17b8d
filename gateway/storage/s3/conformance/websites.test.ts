/** What visitors of a website see (User Guide, "Hosting a static website"). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, head, put, type Step } from './conformance-case.ts';
import { refused, twoUsers } from './two-users.ts';

const ask = twoUsers();
const B = 'site-{key}';

describe('websites', () => {
  conformanceCases(ask, websiteCases());
});

function websiteCases(): Case[] {
  const site = (document: string, ...steps: Step[]): Step[] => [
    [put(`/${B}`, '', { 'x-amz-acl': 'public-read' }), 200],
    [put(`/${B}/index.html`, 'home', { 'content-type': 'text/html' }), 200],
    [put(`/${B}/docs/index.html`, 'docs', { 'content-type': 'text/html' }), 200],
    [put(`/${B}/error.html`, 'sorry', { 'content-type': 'text/html' }), 200],
    [put(`/${B}?website`, `<WebsiteConfiguration>${document}</WebsiteConfiguration>`), 200],
    ...steps,
  ];
  const INDEX = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>';
  const visit = (path: string, host = `${B}.s3-website.localhost`): RawRequest => anonymous(get(path, { host }));
  const HTML = { 'content-type': 'text/html' };
  return [
    {
      section: 'User Guide, Configuring an index document',
      name: 'of the site, and of its folders',
      steps: site(
        INDEX,
        [visit('/'), { status: 200, body: 'home', headers: HTML }],
        [visit('/docs/'), { status: 200, body: 'docs' }],
        [visit('/docs'), { status: 302, headers: { location: /\/docs\/$/ } }],
        [
          { ...visit('/'), method: 'HEAD' },
          { status: 200, body: '' },
        ],
        [
          { ...visit('/'), method: 'POST' },
          { status: 405, headers: { 'x-amz-error-code': 'MethodNotAllowed' } },
        ],
      ),
    },
    {
      section: 'User Guide, Configuring a custom error document',
      name: 'with the status of the error',
      steps: site(`${INDEX}<ErrorDocument><Key>error.html</Key></ErrorDocument>`, [
        visit('/nothing'),
        { status: 404, body: 'sorry', headers: HTML },
      ]),
    },
    {
      section: 'User Guide, Configuring a custom error document',
      name: 'without one, a page that names the code',
      steps: site(INDEX, [
        visit('/nothing'),
        {
          status: 404,
          has: ['<html>', 'Code: NoSuchKey'],
          headers: { 'x-amz-error-code': 'NoSuchKey', 'content-type': /^text\/html/ },
        },
      ]),
    },
    {
      section: 'PutBucketWebsite, RedirectAllRequestsTo',
      name: 'path and query are kept',
      steps: site(
        '<RedirectAllRequestsTo><HostName>other.example</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>',
        [visit('/a%20b?c=d'), { status: 301, headers: { location: 'https://other.example/a%20b?c=d' } }],
      ),
    },
    {
      section: 'PutBucketWebsite, RoutingRule',
      name: 'by prefix, and by what went wrong',
      steps: site(
        `${INDEX}<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>lost.example</HostName><ReplaceKeyWith>found</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>`,
        [visit('/old/a'), { status: 302, headers: { location: /\/new\/a$/ } }],
        [visit('/nothing'), { status: 301, headers: { location: 'https://lost.example/found' } }],
      ),
    },
    {
      section: 'PutObject, x-amz-website-redirect-location',
      name: 'moves visitors of the site, and is a header elsewhere',
      steps: site(
        INDEX,
        [put(`/${B}/moved`, '', { 'x-amz-website-redirect-location': '/docs/' }), 200],
        [visit('/moved'), { status: 301, headers: { location: '/docs/' } }],
        [head(`/${B}/moved`), { status: 200, headers: { 'x-amz-website-redirect-location': '/docs/' } }],
        [
          put(`/${B}/moved`, '', { 'x-amz-website-redirect-location': 'docs' }),
          refused(400, 'InvalidRedirectLocation'),
        ],
      ),
    },
    {
      section: 'User Guide, Website endpoints',
      name: 'a private bucket shows nothing, one without a site says so',
      steps: [
        [put(`/${B}`), 200],
        [visit('/'), { status: 404, headers: { 'x-amz-error-code': 'NoSuchWebsiteConfiguration' } }],
        [put(`/${B}?website`, `<WebsiteConfiguration>${INDEX}</WebsiteConfiguration>`), 200],
        [put(`/${B}/index.html`, 'home'), 200],
        [visit('/'), { status: 403, headers: { 'x-amz-error-code': 'AccessDenied' } }],
        [
          visit('/', 'nowhere-at-all.s3-website.localhost'),
          { status: 404, headers: { 'x-amz-error-code': 'NoSuchBucket' } },
        ],
      ],
    },
  ];
}
