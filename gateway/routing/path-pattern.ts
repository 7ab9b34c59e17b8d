/** `/s/{token}`, `/objects/{bucket}/{key...}` as text and captures. */
export type PatternPart =
  | { kind: 'text'; text: string }
  | { kind: 'segment'; name: string }
  | { kind: 'rest'; name: string };

/** @throws Error on a pattern that no path could fit or that means two things; patterns are written by programmers. */
export function parsePathPattern(pattern: string): PatternPart[] {
  if (!pattern.startsWith('/')) throw new Error(`The route '${pattern}' does not begin with a slash.`);
  const segments = pattern.slice(1).split('/');
  const parts: PatternPart[] = [];
  let text = '';
  for (const [index, segment] of segments.entries()) {
    text += '/';
    const [, name, dots] = /^\{([A-Za-z]+)(\.\.\.)?\}$/.exec(segment) ?? [];
    if (name === undefined) {
      if (/[{}]/.test(segment)) throw new Error(`The route '${pattern}' has a parameter that is not a whole segment.`);
      text += segment;
      continue;
    }
    if (dots && index < segments.length - 1) throw new Error(`The route '${pattern}' goes on behind its rest.`);
    parts.push({ kind: 'text', text }, { kind: dots ? 'rest' : 'segment', name });
    text = '';
  }
  if (text) parts.push({ kind: 'text', text });
  const names = parts.flatMap((part) => (part.kind === 'text' ? [] : [part.name]));
  if (new Set(names).size < names.length) throw new Error(`The route '${pattern}' names a parameter twice.`);
  return parts;
}
