/**
 * Finds the first matching route among thousands without trying each: routes hang in a trie by the text that their path must
 * start with; inside a node, routes that ask for one exact header value hang in a map. First-match order is kept by position.
 */
import { allHold, type Condition } from './match.ts';
import { literalPrefix } from './regex.ts';
import { headerOf, pathLength, type RequestView } from './request.ts';

/** What the index needs of a route; `position` is its place in the virtual host. */
export interface Indexed {
  readonly position: number;
  readonly conditions: readonly Condition[];
}

export type FindRoute<R extends Indexed> = (request: RequestView) => R | undefined;

/** Below this number trying one after the other is faster. */
const SMALL = 4;

/** Returns the finder of the first matching route. `routes` are in first-match order. */
export function indexRoutes<R extends Indexed>(routes: readonly R[]): FindRoute<R> {
  // One cursor for all requests of this index: searching is synchronous, and nothing is allocated per request.
  const cursor: Cursor<R> = { end: 0, best: undefined };
  const root = routes.length <= SMALL ? undefined : grow(routes);
  return (request) => {
    cursor.end = pathLength(request.path);
    if (root === undefined) tryList(cursor, routes, request);
    else search(cursor, root, request);
    const { best } = cursor;
    cursor.best = undefined;
    return best;
  };
}

interface Cursor<R> {
  end: number;
  best: R | undefined;
}

function grow<R extends Indexed>(routes: readonly R[]): Node<R> {
  const root: Node<R> = { label: '', children: [], bucket: newBucket(), exact: undefined };
  for (const route of routes) {
    const { prefix, exact } = pathKey(route.conditions);
    const node = nodeFor(root, prefix);
    if (exact) addTo((node.exact ??= newBucket()), route);
    else addTo(node.bucket, route);
  }
  return root;
}

interface Bucket<R> {
  /** Routes without an exact header condition, in order. */
  readonly plain: R[];
  readonly byHeader: Map<string, Map<string, R[]>>;
}

interface Node<R> {
  label: string;
  children: Node<R>[];
  bucket: Bucket<R>;
  exact: Bucket<R> | undefined;
}

function newBucket<R>(): Bucket<R> {
  return { plain: [], byHeader: new Map() };
}

function addTo<R extends Indexed>(bucket: Bucket<R>, route: R): void {
  const header = route.conditions.find(
    (condition) =>
      condition.subject === 'header' &&
      !condition.invert &&
      condition.expected.kind === 'exact' &&
      condition.expected.ignoreCase !== true,
  );
  if (header === undefined || header.expected.kind !== 'exact') {
    bucket.plain.push(route);
    return;
  }
  let byValue = bucket.byHeader.get(header.name);
  if (byValue === undefined) bucket.byHeader.set(header.name, (byValue = new Map()));
  const list = byValue.get(header.expected.value);
  if (list === undefined) byValue.set(header.expected.value, [route]);
  else list.push(route);
}

function pathKey(conditions: readonly Condition[]): { prefix: string; exact: boolean } {
  const path = conditions.find((condition) => condition.subject === 'path')?.expected;
  if (path === undefined || path.kind === 'present') return { prefix: '', exact: false };
  if (path.kind === 'regex') return { prefix: literalPrefix(path.value), exact: false };
  if (path.kind === 'segments') return { prefix: path.value, exact: false };
  return path.ignoreCase === true ? { prefix: '', exact: false } : { prefix: path.value, exact: path.kind === 'exact' };
}

function nodeFor<R>(root: Node<R>, key: string): Node<R> {
  let node = root;
  let at = 0;
  while (at < key.length) {
    const child = childOf(node, key.charCodeAt(at));
    if (child === undefined) {
      const leaf: Node<R> = { label: key.slice(at), children: [], bucket: newBucket(), exact: undefined };
      node.children.push(leaf);
      return leaf;
    }
    let shared = 1;
    while (shared < child.label.length && child.label.charCodeAt(shared) === key.charCodeAt(at + shared)) shared++;
    if (shared < child.label.length) split(child, shared);
    at += shared;
    node = child;
  }
  return node;
}

/** Children are few and sorted lookups would not pay: a node of paths seldom has more than a dozen. */
function childOf<R>(node: Node<R>, code: number): Node<R> | undefined {
  const { children } = node;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    if (child !== undefined && child.label.charCodeAt(0) === code) return child;
  }
  return undefined;
}

function split<R>(node: Node<R>, at: number): void {
  const lower: Node<R> = {
    label: node.label.slice(at),
    children: node.children,
    bucket: node.bucket,
    exact: node.exact,
  };
  node.label = node.label.slice(0, at);
  node.children = [lower];
  node.bucket = newBucket();
  node.exact = undefined;
}

function search<R extends Indexed>(cursor: Cursor<R>, root: Node<R>, request: RequestView): void {
  const { path } = request;
  const { end } = cursor;
  let node: Node<R> | undefined = root;
  let at = 0;
  while (node !== undefined) {
    tryBucket(cursor, node.bucket, request);
    if (at >= end) {
      if (node.exact !== undefined) tryBucket(cursor, node.exact, request);
      return;
    }
    const child: Node<R> | undefined = childOf(node, path.charCodeAt(at));
    if (child === undefined || at + child.label.length > end || !path.startsWith(child.label, at)) return;
    at += child.label.length;
    node = child;
  }
}

function tryBucket<R extends Indexed>(cursor: Cursor<R>, bucket: Bucket<R>, request: RequestView): void {
  tryList(cursor, bucket.plain, request);
  if (bucket.byHeader.size === 0) return;
  for (const [name, byValue] of bucket.byHeader) {
    const value = headerOf(request, name);
    if (value === undefined) continue;
    tryList(cursor, byValue.get(value), request);
    const values = request.headers(name);
    for (let i = 1; i < values.length; i++) tryList(cursor, byValue.get(values[i] ?? ''), request);
  }
}

/** Takes the first match of a list unless something earlier was found before. */
function tryList<R extends Indexed>(cursor: Cursor<R>, routes: readonly R[] | undefined, request: RequestView): void {
  if (routes === undefined) return;
  const limit = cursor.best === undefined ? Infinity : cursor.best.position;
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i];
    if (route === undefined || route.position > limit) return;
    if (allHold(route.conditions, request, cursor.end)) {
      cursor.best = route;
      return;
    }
  }
}
