/** The page at `/`: for a person who opened the address in a browser. One file, no script, nothing loaded. */
import { createHash } from 'node:crypto';
import { DEFAULT_CSP } from '../entry/answer-headers.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2321; --quiet: #55605b; --paper: #fbfaf7; --card: #f0eee8; --berry: #8a1c4a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7ebe8; --quiet: #a3aea8; --paper: #14181a; --card: #1f2527; --berry: #f08bb4; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 4rem 1.5rem; }
h1 { margin: 0 0 .5rem; font-size: 2.25rem; letter-spacing: -.02em; color: var(--berry); }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem; }
p { margin: .5rem 0; }
.quiet { color: var(--quiet); }
pre { margin: .75rem 0; padding: 1rem; overflow-x: auto; border-radius: .5rem; background: var(--card); }
code { font: .9rem/1.5 ui-monospace, monospace; }
a { color: var(--berry); }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--berry); outline-offset: 2px; }
ul { padding-left: 1.25rem; }
`;

/** The style by its hash, so that no other may be put in. */
export const LANDING_CSP = DEFAULT_CSP.replace(
  "default-src 'none'",
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
);

/** `origin` such as `https://localhost:8443`. */
export function landingPage(origin: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bramble</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Bramble</h1>
<p>A private edge cloud out of a handful of small machines. This is the gateway of one: it stores files across
its nodes and answers the API at <code>${escapeHtml(origin)}/api</code>.</p>
<h2>Log in</h2>
<p>On a machine that has the <code>bramble</code> command:</p>
<pre tabindex="0"><code>bramble login ${escapeHtml(origin)}
bramble mb photos
bramble put holiday.jpg photos
bramble ls photos</code></pre>
<p class="quiet">The first administrator's name and one-time password were printed by <code>bramble up</code>.</p>
<h2>Look around</h2>
<ul>
<li><a href="/docs">The API, described</a> and its <a href="/openapi.json">OpenAPI document</a></li>
<li><a href="/.well-known/bramble/ca.pem">The authority's certificate</a>, for a browser that does not trust this page
yet (or run <code>bramble trust</code>)</li>
<li><a href="/ready">Whether everything is up</a>, and <a href="/api/limits">the limits</a> of this gateway</li>
</ul>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
