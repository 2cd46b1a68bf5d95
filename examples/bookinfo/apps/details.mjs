import { sendJson, serve } from './serve.mjs';

const version = process.env.SERVICE_VERSION ?? 'v1';

serve('details', (incoming, response) => {
  const match = /^\/details\/(\d+)/.exec(incoming.url);
  if (match === null) return sendJson(response, 404, { error: 'not found' });
  response.setHeader('x-served-by', `details-${version}`);
  sendJson(response, 200, {
    id: Number(match[1]),
    author: 'William Shakespeare',
    year: 1595,
    type: 'paperback',
    pages: 200,
    publisher: 'PublisherA',
    language: 'English',
    'ISBN-10': '1234567890',
    'ISBN-13': '123-1234567890',
  });
});
