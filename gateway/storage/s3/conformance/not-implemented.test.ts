/** What S3 has and Bramble has not is refused, or told of as not in use (Error responses, "List of error codes"). */
import { describe } from 'vitest';
import { conformanceCases, get, post, put, remove } from './conformance-case.ts';
import { rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/unused'));
  await prepare(put('/unused/key', 'x'));
});

describe('what S3 has and this has not', () => {
  const parts = [
    'abac',
    'accelerate',
    'analytics&id=1',
    'encryption',
    'intelligent-tiering&id=1',
    'inventory&id=1',
    'logging',
    'metadataTable',
    'metrics&id=1',
    'object-lock',
    'publicAccessBlock',
    'replication',
    'requestPayment',
  ];
  conformanceCases(ask, [
    ...rows(
      'Error responses, NotImplemented',
      parts.map((part) => [`PUT ?${part}`, put(`/unused?${part}`), { status: 501, code: 'NotImplemented' }] as const),
    ),
    ...rows(
      'Error responses, NotImplemented',
      ['select&select-type=2', 'restore'].map(
        (part) => [`POST ?${part}`, post(`/unused/key?${part}`), { status: 501, code: 'NotImplemented' }] as const,
      ),
    ),
    ...rows(
      'Error responses, NotImplemented',
      ['retention', 'legal-hold'].map(
        (part) => [`GET ?${part}`, get(`/unused/key?${part}`), { status: 501, code: 'NotImplemented' }] as const,
      ),
    ),
    ...rows('Features that are not in use', [
      [
        'encryption',
        get('/unused?encryption'),
        { status: 404, code: 'ServerSideEncryptionConfigurationNotFoundError' },
      ],
      ['replication', get('/unused?replication'), { status: 404, code: 'ReplicationConfigurationNotFoundError' }],
      ['object lock', get('/unused?object-lock'), { status: 404, code: 'ObjectLockConfigurationNotFoundError' }],
      [
        'public access block',
        get('/unused?publicAccessBlock'),
        { status: 404, code: 'NoSuchPublicAccessBlockConfiguration' },
      ],
      ['logging', get('/unused?logging'), { status: 200, has: ['<BucketLoggingStatus'] }],
      ['request payment', get('/unused?requestPayment'), { status: 200, has: ['<Payer>BucketOwner</Payer>'] }],
      ['acceleration', get('/unused?accelerate'), { status: 200, has: ['<AccelerateConfiguration'] }],
    ]),
    ...rows('Error responses, MethodNotAllowed', [
      ['PUT of the service', put('/'), { status: 405, code: 'MethodNotAllowed' }],
      ['DELETE of the service', remove('/'), { status: 405, code: 'MethodNotAllowed' }],
      ['DELETE of an ACL', remove('/unused?acl'), { status: 405, code: 'MethodNotAllowed' }],
      ['PATCH of an object', { method: 'PATCH', target: '/unused/key' }, { status: 405, code: 'MethodNotAllowed' }],
    ]),
  ]);
});
