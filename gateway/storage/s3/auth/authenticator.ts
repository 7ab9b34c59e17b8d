/** Who made a request, by its signature, and what that signature says of the body that follows. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../../../common/clock/index.ts';
import type { Credential, SigningKey } from '../../../../common/filesystem/index.ts';
import type { SigningKeys } from '../../master/signing-keys.ts';
import type { S3Query } from '../s3-query.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import { collectHeaders, type HeaderValues, type RequestToSign } from './canonical-request.ts';
import {
  type CredentialScope,
  dateProblem,
  parseCredentialScope,
  placeProblem,
  type ScopeProblem,
} from './credential-scope.ts';
import { type FormFields, readFormSignature } from './form-signature.ts';
import { checkSignedHeaders, type GivenSignature, mismatchOf } from './given-signature.ts';
import { findMechanism } from './mechanism.ts';
import { type PayloadMode, parsePayloadMode, UNSIGNED_PAYLOAD } from './payload-mode.ts';
import { parsePresignedQuery } from './presigned-query.ts';
import * as refusals from './refusals.ts';
import { checkValidity, requestTime } from './request-time.ts';
import { isSameSignature, sign } from './signature.ts';

export interface RequestToAuthenticate extends RequestToSign {
  /** The query, decoded. */
  query: S3Query;
  /** For control's audit of unknown keys. */
  requestId: string;
  remoteAddress: string;
}

/** What a signature of a body's chunks goes on from ("Transferring Payload in Multiple Chunks", Amazon S3 API Reference). */
export interface SigningState {
  signingKey: KeyObject;
  amzDate: string;
  /** `<date>/<region>/s3/aws4_request`. */
  scope: string;
  /** Lower-case hex; the first chunk's signature is made from it. */
  seedSignature: string;
}

/** Whose key signed. */
export interface Signer {
  accessKey: string;
  userId: string;
  userName: string;
  /** In which the key names buckets. */
  namespace: string;
}

export interface Authenticated {
  credential: Credential;
  signer?: Signer;
  /** Whether the signature was in the query. */
  isPresigned: boolean;
  payload: PayloadMode;
  /** There when the payload is signed chunk by chunk. */
  signing?: SigningState;
}

export interface AuthenticatorTools {
  keys: Pick<SigningKeys, 'find'>;
  clock: Pick<Clock, 'now'>;
  /** The one region that this bramble is. */
  region: string;
}

const ANONYMOUS: Credential = { kind: 'anonymous' };

export class Authenticator {
  readonly #tools: AuthenticatorTools;
  /** Node takes 10 µs to make a key of bytes, and 2 µs for the whole HMAC with one that it has. */
  readonly #keyObjects = new WeakMap<SigningKey, KeyObject>();

  constructor(tools: AuthenticatorTools) {
    this.#tools = tools;
  }

  /** @throws S3Error with S3's code when the request is signed wrongly, too late, or by nobody known. */
  async authenticate(request: RequestToAuthenticate): Promise<Authenticated> {
    const headers = collectHeaders(request.rawHeaders);
    const mechanism = findMechanism(headers, request.query);
    switch (mechanism.kind) {
      case 'anonymous':
        return anonymous(headers);
      case 'header':
        return await this.#byHeader(request, headers, mechanism.authorization);
      case 'query':
        return await this.#byQuery(request, headers);
    }
  }

  /**
   * Who signed a form's policy ("Authenticating Requests: Browser-Based Uploads Using POST"); undefined when no one did.
   * The policy's own conditions are not looked at.
   * @throws S3Error
   */
  async authenticateForm(
    fields: FormFields,
    request: Pick<RequestToAuthenticate, 'requestId' | 'remoteAddress'>,
  ): Promise<{ credential: Credential; signer?: Signer }> {
    const form = readFormSignature(fields);
    if (!form) return { credential: ANONYMOUS };
    const scope = parseCredentialScope(form.credential);
    if ('message' in scope) throw refusals.formCredentialMalformed(form.credential, scope);
    const malformed = (problem: ScopeProblem) => refusals.formCredentialMalformed(form.credential, problem);
    const key = await this.#keyOf(scope, form.amzDate, request, malformed);
    if (!isSameSignature(sign(this.#keyObjectOf(key), form.policy), form.signature)) {
      throw refusals.signatureDoesNotMatch(scope.accessKey, form.signature, { stringToSign: form.policy });
    }
    return { credential: { kind: 'access-key', id: scope.accessKey }, signer: signerOf(scope, key) };
  }

  async #byHeader(
    request: RequestToAuthenticate,
    headers: HeaderValues,
    authorization: string,
  ): Promise<Authenticated> {
    const parsed = parseAuthorizationHeader(authorization);
    if ('problem' in parsed) throw refusals.headerMalformed({ message: parsed.problem });
    const scope = parseCredentialScope(parsed.credential);
    if ('message' in scope) throw refusals.headerMalformed(scope);
    const amzDate = requestTime(headers, this.#tools.clock.now());
    refuseToken(headers.get('x-amz-security-token')?.[0]);
    const payloadHash = contentHash(headers);
    if (payloadHash === undefined) throw refusals.contentHashMissing();
    const { signedHeaders, signature } = parsed;
    return await this.#verify(request, headers, scope, {
      amzDate,
      scope: scope.scope,
      signedHeaders,
      signature,
      payloadHash,
      isPresigned: false,
    });
  }

  async #byQuery(request: RequestToAuthenticate, headers: HeaderValues): Promise<Authenticated> {
    const parsed = parsePresignedQuery(request.query);
    if ('problem' in parsed) {
      throw parsed.isOutOfRange ? refusals.validityOutOfRange(parsed.problem) : refusals.queryMalformed(parsed.problem);
    }
    const scope = parseCredentialScope(parsed.credential);
    if ('message' in scope) throw refusals.queryCredentialMalformed(scope);
    checkValidity(parsed, this.#tools.clock.now());
    refuseToken(request.query.get('X-Amz-Security-Token') ?? headers.get('x-amz-security-token')?.[0]);
    const { amzDate, signedHeaders, signature } = parsed;
    return await this.#verify(request, headers, scope, {
      amzDate,
      scope: scope.scope,
      signedHeaders,
      signature,
      payloadHash: contentHash(headers) ?? request.query.get('X-Amz-Content-Sha256') ?? UNSIGNED_PAYLOAD,
      isPresigned: true,
    });
  }

  async #verify(
    request: RequestToAuthenticate,
    headers: HeaderValues,
    scope: CredentialScope,
    given: GivenSignature,
  ): Promise<Authenticated> {
    const payload = payloadOf(given.payloadHash);
    checkSignedHeaders(headers, given.signedHeaders);
    const malformed = given.isPresigned ? refusals.queryCredentialMalformed : refusals.headerMalformed;
    const key = await this.#keyOf(scope, given.amzDate, request, malformed);
    const signingKey = this.#keyObjectOf(key);
    const mismatch = mismatchOf(request, headers, given, signingKey);
    if (mismatch) throw refusals.signatureDoesNotMatch(scope.accessKey, given.signature, mismatch);
    return {
      credential: { kind: 'access-key', id: scope.accessKey },
      signer: signerOf(scope, key),
      isPresigned: given.isPresigned,
      payload,
      ...(payload.kind === 'streaming' &&
        payload.isSigned && {
          signing: {
            signingKey,
            amzDate: given.amzDate,
            scope: scope.scope,
            seedSignature: given.signature,
          },
        }),
    };
  }

  /** That there is no such key is told before that its scope is of another day, as S3 does. */
  async #keyOf(
    scope: CredentialScope,
    amzDate: string,
    request: Pick<RequestToAuthenticate, 'requestId' | 'remoteAddress'>,
    malformed: (problem: ScopeProblem) => Error,
  ): Promise<SigningKey> {
    const { keys, region } = this.#tools;
    const wrongPlace = placeProblem(scope, region);
    if (wrongPlace) throw malformed(wrongPlace);
    const holder = { requestId: request.requestId, address: request.remoteAddress };
    const key = await keys.find(scope.accessKey, amzDate.slice(0, 8), scope.region, scope.service, holder);
    if (!key) throw refusals.accessKeyUnknown(scope.accessKey);
    const wrongDate = dateProblem(scope, amzDate);
    if (wrongDate) throw malformed(wrongDate);
    return key;
  }

  #keyObjectOf(key: SigningKey): KeyObject {
    const known = this.#keyObjects.get(key);
    if (known) return known;
    const made = createSecretKey(key.signingKey);
    this.#keyObjects.set(key, made);
    return made;
  }
}

function anonymous(headers: HeaderValues): Authenticated {
  const hash = contentHash(headers);
  const payload = hash === undefined ? unsignedPayload(headers) : payloadOf(hash);
  if (payload.kind === 'streaming' && payload.isSigned) throw refusals.contentHashWithoutSignature();
  return { credential: ANONYMOUS, isPresigned: false, payload };
}

function signerOf(scope: CredentialScope, key: SigningKey): Signer {
  const { userId, userName, namespace } = key;
  return { accessKey: scope.accessKey, userId, userName, namespace };
}

function contentHash(headers: HeaderValues): string | undefined {
  return headers.get('x-amz-content-sha256')?.[0]?.trim();
}

function payloadOf(contentHash: string): PayloadMode {
  const payload = parsePayloadMode(contentHash);
  if (!payload) throw refusals.contentHashMalformed(contentHash);
  return payload;
}

/** SDKs without credentials send trailing checksums, too, and nothing that says so but these headers. */
function unsignedPayload(headers: HeaderValues): PayloadMode {
  const isChunked =
    headers.has('x-amz-decoded-content-length') &&
    /\baws-chunked\b/i.test(headers.get('content-encoding')?.join() ?? '');
  if (!isChunked) return { kind: 'unsigned' };
  return { kind: 'streaming', isSigned: false, hasTrailer: headers.has('x-amz-trailer') };
}

/** Bramble gives no temporary credentials, whose requests come with a token. */
function refuseToken(token: string | null | undefined): void {
  if (token) throw refusals.tokenRefused(token);
}
