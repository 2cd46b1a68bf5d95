/** The shop's page. A page whose reviews could not be fetched is still a page; headers tell what was behind it. */
import { call, forwardedHeaders, sendJson, serve } from './serve.mjs';

const base = (name) =>
  `http://${process.env[`${name}_HOSTNAME`] ?? name.toLowerCase()}:${process.env[`${name}_SERVICE_PORT`] ?? 9080}`;
const product = {
  id: 0,
  title: 'The Comedy of Errors',
  description:
    'One of William Shakespeare’s early plays: two pairs of twins, one city, and a day of mistaken identities.',
};

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => escapes[character]);

function reviewHtml({ reviewer, text, rating }) {
  const stars =
    rating === undefined
      ? ''
      : rating.error === undefined
        ? `<p class="stars" style="color:${escape(rating.color)}" aria-label="${rating.stars} of 5">${'★'.repeat(rating.stars)}${'☆'.repeat(5 - rating.stars)}</p>`
        : `<p class="sorry">${escape(rating.error)}</p>`;
  return `<blockquote><p>${escape(text)}</p>${stars}<cite>${escape(reviewer)}</cite></blockquote>`;
}

function page(user, details, reviews) {
  const facts =
    details.status === 200
      ? `<dl>${Object.entries(details.body)
          .map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`)
          .join('')}</dl>`
      : '<p class="sorry">Sorry, product details are currently unavailable for this book.</p>';
  const opinions =
    reviews.status === 200
      ? `${reviews.body.reviews.map(reviewHtml).join('')}<p class="by">Reviews served by <b>${escape(reviews.body.version)}</b> (${escape(reviews.body.podname)})</p>`
      : '<p class="sorry">Sorry, product reviews are currently unavailable for this book.</p>';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bookinfo</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
header{display:flex;justify-content:space-between;border-bottom:2px solid #eee}main{display:grid;grid-template-columns:1fr 2fr;gap:2rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dt{color:#777}dd{margin:0}.stars{font-size:1.5rem;margin:0}
blockquote{margin:0 0 1rem;padding:.5rem 1rem;border-left:4px solid #eee}.sorry{color:#b00020}.by{color:#777}</style></head><body>
<header><h1>${escape(product.title)}</h1><p>${user === '' ? 'not signed in' : `signed in as <b>${escape(user)}</b>`}</p></header>
<p>${escape(product.description)}</p><main><section><h2>Book details</h2>${facts}</section><section><h2>Reviews</h2>${opinions}</section></main></body></html>`;
}

function userOf(incoming) {
  const match = /(?:^|;\s*)(?:user|session)=([^;]+)/.exec(incoming.headers.cookie ?? '');
  return match === null ? '' : decodeURIComponent(match[1]);
}

async function productPage(incoming, response) {
  const user = userOf(incoming);
  const headers = forwardedHeaders(incoming);
  if (user !== '') headers['end-user'] = user;
  const [details, reviews] = await Promise.all([
    call(`${base('DETAILS')}/details/${product.id}`, headers, 3000),
    call(`${base('REVIEWS')}/reviews/${product.id}`, headers, 3000),
  ]);
  const html = page(user, details, reviews);
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'x-details-status': details.status,
    'x-reviews-status': reviews.status,
    'x-reviews-by': reviews.headers['x-served-by'] ?? 'nobody',
  });
  response.end(html);
}

async function productApi(incoming, response) {
  const match = /^\/api\/v1\/products(?:\/(\d+)(?:\/(reviews|ratings))?)?$/.exec(incoming.url);
  if (match === null) return sendJson(response, 404, { error: 'not found' });
  if (match[1] === undefined) return sendJson(response, 200, [product]);
  const [, id, what = 'details'] = match;
  const answer = await call(`${base(what.toUpperCase())}/${what}/${id}`, forwardedHeaders(incoming), 3000);
  if (answer.headers['x-served-by'] !== undefined) response.setHeader('x-served-by', answer.headers['x-served-by']);
  sendJson(response, answer.status === 0 ? 502 : answer.status, answer.body ?? { error: `no answer from ${what}` });
}

serve('productpage', (incoming, response) => {
  const path = incoming.url.split('?')[0];
  if (path === '/' || path === '/productpage') return productPage(incoming, response);
  if (path.startsWith('/api/v1/products')) return productApi(incoming, response);
  sendJson(response, 404, { error: 'not found' });
});
