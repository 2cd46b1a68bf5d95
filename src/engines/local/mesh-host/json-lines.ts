import type { Socket } from 'node:net';

/** Calls `onLine` with every parsed line that arrives. A line that is no JSON ends the connection. */
export function readJsonLines(socket: Socket, onLine: (value: unknown) => void): void {
  let held: string[] = [];
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = [...held, text.slice(from, end)].join('');
      held = [];
      from = end + 1;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      onLine(value);
    }
    if (from < text.length) held.push(text.slice(from));
  });
}
