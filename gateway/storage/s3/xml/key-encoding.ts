/** A key, prefix, delimiter or marker as `encoding-type=url` shows it (ListObjects): percent-encoded, slashes kept. */
export function urlEncodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll(/%2F|[!'()*]/g, (found) =>
    found === '%2F' ? '/' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
