/** Server-sent events out of bytes. Grammar: WHATWG HTML, "Server-sent events", section on parsing an event stream. */

export interface ParsedEvent {
  /** Last id seen on the stream so far; empty = none. */
  readonly id: string;
  /** Default `message`. */
  readonly event: string;
  readonly data: string;
}

/** Feeds text in pieces of any size; complete events come out in order. */
export interface SseParser {
  feed(text: string): readonly ParsedEvent[];
}

interface Draft {
  event: string;
  data: string[];
}

export function createSseParser(): SseParser {
  let rest = '';
  let isFirst = true;
  let lastId = '';
  let draft: Draft = { event: '', data: [] };

  const takeField = (line: string): void => {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') draft.data.push(value);
    else if (name === 'event') draft.event = value;
    else if (name === 'id' && !value.includes('\0')) lastId = value;
  };
  const takeLine = (line: string, found: ParsedEvent[]): void => {
    if (line !== '') {
      takeField(line);
      return;
    }
    if (draft.data.length > 0) {
      found.push({ id: lastId, event: draft.event === '' ? 'message' : draft.event, data: draft.data.join('\n') });
    }
    draft = { event: '', data: [] };
  };

  return {
    feed: (text) => {
      rest += text;
      if (isFirst && rest.length > 0) {
        rest = rest.replace(/^\uFEFF/, '');
        isFirst = false;
      }
      const found: ParsedEvent[] = [];
      let start = 0;
      for (;;) {
        const end = lineEnd(rest, start);
        if (end === undefined) break;
        takeLine(rest.slice(start, end.at), found);
        start = end.next;
      }
      rest = rest.slice(start);
      return found;
    },
  };
}

/** A CR at the very end may be half of a CRLF: then the line is not finished yet. */
function lineEnd(text: string, from: number): { readonly at: number; readonly next: number } | undefined {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\n') return { at, next: at + 1 };
    if (char !== '\r') continue;
    if (at + 1 === text.length) return undefined;
    return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 };
  }
  return undefined;
}
