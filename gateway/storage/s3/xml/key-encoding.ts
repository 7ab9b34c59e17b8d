/** A key, prefix, delimiter or marker as `encoding-type=url` shows it (ListObjects): percent-encoded, slashes kept. */
export function urlEncodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll(/%2F|[!'()*]/g, (found) =>
    found === '%2F' ? '/' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The same to whoever decodes it, and as it is to whoever does not: only what decoding would change is encoded. ListObjects
 * shows its prefix so, since boto3 decodes all that this listing says but the prefix.
 */
export function encodeForDecodersOnly(text: string): string {
  return text.replaceAll(/[%+]/g, urlEncodeKey);
}
