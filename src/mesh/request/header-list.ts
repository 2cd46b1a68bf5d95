import type { EditableHeaders } from '../../core/routing/header-edits.ts';

/** Headers as pairs, for messages whose headers are edited. */
export class HeaderList implements EditableHeaders {
  pairs: (readonly [string, string])[];

  constructor(pairs: (readonly [string, string])[]) {
    this.pairs = pairs;
  }

  remove(name: string): void {
    this.pairs = this.pairs.filter(([key]) => key !== name);
  }

  set(name: string, value: string): void {
    const at = this.pairs.findIndex(([key]) => key === name);
    if (at < 0) {
      this.pairs.push([name, value]);
      return;
    }
    this.pairs = this.pairs.filter(([key], index) => key !== name || index === at);
    this.pairs[at] = [name, value];
  }

  append(name: string, value: string): void {
    this.pairs.push([name, value]);
  }

  get(name: string): string | undefined {
    return this.pairs.find(([key]) => key === name)?.[1];
  }
}
