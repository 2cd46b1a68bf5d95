/**
 * Reviews of a product. What a version does differently comes from its environment: ENABLE_RATINGS and STAR_COLOR (none,
 * black, red), FAIL_PERCENT (share of requests answered 500) and DELAY_MS (added to every answer).
 */
import { call, forwardedHeaders, sendJson, serve } from './serve.mjs';

const version = process.env.SERVICE_VERSION ?? 'v1';
const withRatings = process.env.ENABLE_RATINGS === 'true';
const color = process.env.STAR_COLOR ?? 'black';
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const delayMs = Number(process.env.DELAY_MS ?? 0);
const ratingsUrl = `http://${process.env.RATINGS_HOSTNAME ?? 'ratings'}:${process.env.RATINGS_SERVICE_PORT ?? 9080}/ratings`;

const texts = [
  [
    'Reviewer1',
    'Four people with two names between them, and I was never lost for long. I laughed out loud on the tram.',
  ],
  ['Reviewer2', 'Quick, light and well made. Whoever looks for the depth of the later plays should read those.'],
];

serve(`reviews-${version}`, async (incoming, response) => {
  const match = /^\/reviews\/(\d+)/.exec(incoming.url);
  if (match === null) return sendJson(response, 404, { error: 'not found' });
  response.setHeader('x-served-by', `reviews-${version}`);
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (Math.random() * 100 < failPercent)
    return sendJson(response, 500, { error: `reviews ${version} could not read its store` });
  let ratings;
  if (withRatings) {
    const answer = await call(
      `${ratingsUrl}/${match[1]}`,
      forwardedHeaders(incoming),
      color === 'black' ? 10_000 : 2_500,
    );
    ratings = answer.status === 200 ? answer.body.ratings : {};
  }
  const reviews = texts.map(([reviewer, text]) => {
    if (ratings === undefined) return { reviewer, text };
    const stars = ratings[reviewer];
    return {
      reviewer,
      text,
      rating: stars === undefined ? { error: 'Ratings service is currently unavailable' } : { stars, color },
    };
  });
  sendJson(response, 200, {
    id: match[1],
    podname: process.env.HOSTNAME ?? '',
    clustername: 'serin',
    version,
    reviews,
  });
});
