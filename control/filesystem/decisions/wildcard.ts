/** `*` is any run of characters, `?` any one of them; in policies (IAM reference, "Resource", "StringLike"). */

/** Takes at most `text.length * pattern.length` steps, whatever the pattern is. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [at, next] = [0, 0];
  /** Where the last `*` stands, and how far the text it stands for goes so far. */
  let star = -1;
  let covered = 0;
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === '*') {
      star = next;
      covered = at;
      next += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      covered += 1;
      at = covered;
      next = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next += 1;
  return next === pattern.length;
}
