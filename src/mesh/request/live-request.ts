import { normalizePath } from '../../core/routing/normalize.ts';
import type { RequestView } from '../../core/routing/request.ts';
import type { RequestHead } from '../codec/request-head.ts';

/** A request whose fields were copied: it outlives the bytes it came in. */
export interface HeldRequest extends RequestView {
  readonly pairs: readonly (readonly [string, string])[];
}

/** The request whose head was parsed last, as routing sees it. Decodes what is asked for; valid while its bytes are. */
export class LiveRequest implements RequestView {
  readonly head: RequestHead;
  path = '';
  authority = '';
  sourceAddress = '';

  constructor(head: RequestHead) {
    this.head = head;
  }

  /** Takes the head that was just parsed; undefined, or why its target is no path. */
  begin(authority: string, sourceAddress: string): { readonly status: number; readonly detail: string } | undefined {
    const { head } = this;
    this.authority = authority;
    this.sourceAddress = sourceAddress;
    this.path = targetOf(head);
    if (!head.mayNeedNormalising) return undefined;
    const normalized = normalizePath(this.path);
    if (!normalized.ok) return normalized;
    this.path = normalized.path;
    return undefined;
  }

  get method(): string {
    return this.head.method;
  }

  get scheme(): string {
    return this.head.scheme;
  }

  header(name: string): string | undefined {
    return this.head.fields.find(name);
  }

  headers(name: string): readonly string[] {
    return this.head.fields.all(name);
  }

  /** A copy for what happens later. */
  hold(): HeldRequest {
    const pairs = this.head.fields.pairs();
    const { method, scheme, path, authority, sourceAddress } = this;
    return {
      pairs,
      method,
      scheme,
      path,
      authority,
      sourceAddress,
      header: (name) => pairs.find(([key]) => key === name)?.[1],
      headers: (name) => pairs.filter(([key]) => key === name).map(([, value]) => value),
    };
  }
}

function targetOf(head: RequestHead): string {
  const { bytes } = head.fields;
  if (head.form === 'origin') return bytes.toString('latin1', head.pathStart, head.queryEnd);
  if (head.form === 'authority') return '/';
  return head.query === '' ? head.path : `${head.path}?${head.query}`;
}
