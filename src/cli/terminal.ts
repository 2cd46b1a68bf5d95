import type { Terminal } from './context.ts';

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The process's own terminal. A reader that goes away (`serin get po | head`) ends the program quietly. */
export function systemTerminal(): Terminal {
  let mustGoOn = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!mustGoOn) process.exit(0);
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    goOnUnread: () => {
      mustGoOn = true;
    },
    env: process.env,
    cwd: process.cwd(),
    isTty: process.stdout.isTTY === true,
    // A window may change while a page is shown.
    get columns() {
      return process.stdout.columns ?? 80;
    },
    get rows() {
      return process.stdout.rows ?? 24;
    },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    readStdin,
  };
}
