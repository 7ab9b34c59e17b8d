/** Routes by host, then by path. Hosts have tables of their own: exact names, then the longest wildcard, then `*`. */
import { MethodNotAllowed, NotFound } from '../../common/errors/index.ts';
import { RadixTree } from './radix-tree.ts';
import type { Route } from './route.ts';

export const ANY_HOST = '*';

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

export class Router {
  readonly #exact = new Map<string, RadixTree<Route>>();
  /** By what follows `*.`. */
  readonly #wildcards = new Map<string, RadixTree<Route>>();
  readonly #any = new RadixTree<Route>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#tableOf(route.host ?? ANY_HOST).add(route.method, route.path, route);
  }

  /** `path` decoded. @throws NotFound or MethodNotAllowed. */
  find(host: string, method: string, path: string): RouteMatch {
    const found = this.#tableFor(host).find(method, path);
    if ('value' in found) return { route: found.value, params: found.params };
    if (found.allowed.size === 0) throw new NotFound('There is nothing at this path.', { code: 'no-such-route' });
    throw new MethodNotAllowed(`This path takes ${[...found.allowed].sort().join(', ')}.`);
  }

  /** The methods that a path has, for `Allow` and preflights. */
  methodsOf(host: string, path: string): ReadonlySet<string> {
    const found = this.#tableFor(host).find('', path);
    return 'value' in found ? new Set(['*']) : found.allowed;
  }

  #tableOf(host: string): RadixTree<Route> {
    if (host === ANY_HOST) return this.#any;
    const [tables, key] = host.startsWith('*.') ? [this.#wildcards, host.slice(2)] : [this.#exact, host];
    const known = tables.get(key);
    if (known) return known;
    const table = new RadixTree<Route>();
    tables.set(key, table);
    return table;
  }

  /** At most one look-up per label of the name. */
  #tableFor(host: string): RadixTree<Route> {
    const exact = this.#exact.get(host);
    if (exact) return exact;
    if (this.#wildcards.size > 0) {
      for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
        const table = this.#wildcards.get(host.slice(dot + 1));
        if (table) return table;
      }
    }
    return this.#any;
  }
}
