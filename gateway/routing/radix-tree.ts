/**
 * Routes by path in a radix tree: an edge is the text that all routes below share, so a look-up reads the path once,
 * however many routes there are. Text is tried before a segment's capture, and that before a capture of the rest; a
 * dead end goes back to the next best, which is why the most specific route whose method fits is found.
 */
import { parsePathPattern } from './path-pattern.ts';

interface Leaf<T> {
  names: readonly string[];
  values: Map<string, T>;
}

interface Node<T> {
  /** Text from the parent to here. */
  edge: string;
  /** By the first character of their edges. */
  texts: Map<number, Node<T>>;
  segment: Node<T> | undefined;
  rest: Leaf<T> | undefined;
  leaf: Leaf<T> | undefined;
}

export interface RadixMatch<T> {
  value: T;
  params: Record<string, string>;
}

const SLASH = 0x2f;
export const ANY_METHOD = '*';

export class RadixTree<T> {
  readonly #root: Node<T> = emptyNode('');

  /** @throws Error when the same method and path is there already. */
  add(method: string, pattern: string, value: T): void {
    const names: string[] = [];
    let node = this.#root;
    for (const part of parsePathPattern(pattern)) {
      if (part.kind === 'text') {
        node = descend(node, part.text);
        continue;
      }
      names.push(part.name);
      if (part.kind === 'rest') {
        node.rest ??= { names, values: new Map() };
        put(node.rest, names, method, pattern, value);
        return;
      }
      node.segment ??= emptyNode('');
      node = node.segment;
    }
    node.leaf ??= { names, values: new Map() };
    put(node.leaf, names, method, pattern, value);
  }

  /** The route for a decoded path; or the methods that the path does have. */
  find(method: string, path: string): RadixMatch<T> | { allowed: Set<string> } {
    const search = { method, path, captures: [] as string[], allowed: new Set<string>() };
    return visit(this.#root, 0, search) ?? { allowed: search.allowed };
  }
}

interface Search {
  method: string;
  path: string;
  captures: string[];
  allowed: Set<string>;
}

function visit<T>(node: Node<T>, start: number, search: Search): RadixMatch<T> | undefined {
  const { path, captures } = search;
  if (!path.startsWith(node.edge, start)) return undefined;
  const at = start + node.edge.length;
  if (at === path.length) return node.leaf && take(node.leaf, search);
  const next = node.texts.get(path.charCodeAt(at));
  const byText = next && visit(next, at, search);
  if (byText) return byText;
  if (node.segment && path.charCodeAt(at) !== SLASH) {
    const slash = path.indexOf('/', at);
    const end = slash < 0 ? path.length : slash;
    captures.push(path.slice(at, end));
    const bySegment = visit(node.segment, end, search);
    if (bySegment) return bySegment;
    captures.pop();
  }
  if (!node.rest) return undefined;
  captures.push(path.slice(at));
  const byRest = take(node.rest, search);
  if (!byRest) captures.pop();
  return byRest;
}

function take<T>(leaf: Leaf<T>, search: Search): RadixMatch<T> | undefined {
  const value = leaf.values.get(search.method) ?? leaf.values.get(ANY_METHOD);
  if (value === undefined) {
    for (const method of leaf.values.keys()) search.allowed.add(method);
    return undefined;
  }
  const params: Record<string, string> = {};
  for (const [index, name] of leaf.names.entries()) params[name] = search.captures[index] ?? '';
  return { value, params };
}

/** The node at `text` below `node`, splitting an edge where it must. */
function descend<T>(node: Node<T>, text: string): Node<T> {
  if (text === '') return node;
  const first = text.charCodeAt(0);
  const child = node.texts.get(first);
  if (!child) {
    const made = emptyNode<T>(text);
    node.texts.set(first, made);
    return made;
  }
  let shared = 0;
  while (shared < child.edge.length && child.edge[shared] === text[shared]) shared += 1;
  if (shared === child.edge.length) return descend(child, text.slice(shared));
  const upper = emptyNode<T>(child.edge.slice(0, shared));
  child.edge = child.edge.slice(shared);
  upper.texts.set(child.edge.charCodeAt(0), child);
  node.texts.set(first, upper);
  return descend(upper, text.slice(shared));
}

function put<T>(leaf: Leaf<T>, names: readonly string[], method: string, pattern: string, value: T): void {
  if (leaf.values.has(method)) throw new Error(`There are two routes for ${method} ${pattern}.`);
  if (leaf.names.join() !== names.join()) {
    throw new Error(`The parameters of ${method} ${pattern} are named otherwise by another method of the path.`);
  }
  leaf.values.set(method, value);
}

function emptyNode<T>(edge: string): Node<T> {
  return { edge, texts: new Map(), segment: undefined, rest: undefined, leaf: undefined };
}
