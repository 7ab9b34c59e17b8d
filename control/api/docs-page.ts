/** The description of the API as a page for people: one file, no script, nothing from elsewhere. */
import { html, raw } from 'hono/html';

export const DOCS_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

type Json = Record<string, unknown>;

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}

export interface Description {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, unknown>;
  components?: { schemas?: Record<string, unknown> };
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head'];

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: 0.75rem; background: color-mix(in srgb, currentColor 7%, transparent); border-radius: 6px }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.4rem 0 }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem }
dt { font-weight: 600 } dd { margin: 0 0 0.5rem 1rem }`;

export function docsPage(description: Description) {
  const { info } = description;
  const groups = Map.groupBy(operationsOf(description), ({ operation }) => operation.tags?.[0] ?? 'more');
  const schemas = Object.entries(description.components?.schemas ?? {});
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${info.title} API ${info.version}</title><style>${raw(STYLE)}</style></head><body><main>
<h1>${info.title} API ${info.version}</h1><p>${info.description ?? ''}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Send <code>Authorization: Bearer …</code> with an
access token or an API token. Errors are <code>application/problem+json</code> (RFC 9457).</p>
${[...groups].map(([tag, operations]) => html`<h2>${tag}</h2>${operations.map(showOperation)}`)}
<h2>Schemas</h2>
${schemas.map(([name, schema]) => html`<details id="${name}"><summary><code>${name}</code></summary>${showJson(schema)}</details>`)}
</main></body></html>`;
}

function operationsOf(description: Description): { method: string; path: string; operation: Operation }[] {
  return Object.entries(description.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Json)[method] as Operation | undefined;
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

function showOperation({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const parameters = operation.parameters ?? [];
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return html`<details><summary><b>${method.toUpperCase()}</b> <code>${path}</code> ${operation.summary ?? ''}</summary>
${operation.description ? html`<p>${operation.description}</p>` : ''}
${
  parameters.length > 0
    ? html`<h4>Parameters</h4><dl>${parameters.map(
        (
          parameter,
        ) => html`<dt><code>${parameter.name}</code> (${parameter.in}${parameter.required ? ', required' : ''})</dt>
<dd>${parameter.description ?? ''} <code>${JSON.stringify(parameter.schema ?? {})}</code></dd>`,
      )}</dl>`
    : ''
}
${body ? html`<h4>Body</h4>${showJson(body)}` : ''}
<h4>Answers</h4><dl>${Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const schema = Object.values(response.content ?? {})[0]?.schema;
    return html`<dt>${status}</dt><dd>${response.description ?? ''}${schema ? showJson(schema) : ''}</dd>`;
  })}</dl></details>`;
}

function showJson(value: unknown) {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}
