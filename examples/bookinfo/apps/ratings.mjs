import { sendJson, serve } from './serve.mjs';

serve('ratings', (incoming, response) => {
  const match = /^\/ratings\/(\d+)/.exec(incoming.url);
  if (match === null) return sendJson(response, 404, { error: 'not found' });
  sendJson(response, 200, { id: Number(match[1]), ratings: { Reviewer1: 5, Reviewer2: 4 } });
});
