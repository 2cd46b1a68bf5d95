/**
 * The shop's page. A page whose reviews could not be fetched is still a page; headers tell what was behind it. Whoever signs
 * in is passed on as the header `end-user`. A call is given up after 3 s; REVIEWS_TRIES (default 1) says how often the
 * reviews are asked for. A shop for trying things out: it asks for no password, and its session cookie is the name itself.
 */
import { call, forwardedHeaders, sendJson, serve } from './serve.mjs';

const base = (name) =>
  `http://${process.env[`${name}_HOSTNAME`] ?? name.toLowerCase()}:${process.env[`${name}_SERVICE_PORT`] ?? 9080}`;
const reviewsTries = Math.max(1, Number(process.env.REVIEWS_TRIES ?? 1));
const callTimeoutMs = 3000;
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

function greeting(user) {
  if (user !== '') return `signed in as <b>${escape(user)}</b> <a href="/logout">sign out</a>`;
  return '<form method="post" action="/login"><input name="username" placeholder="name" required> <button>sign in</button></form>';
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
form{display:inline}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dt{color:#777}dd{margin:0}.stars{font-size:1.5rem;margin:0}
blockquote{margin:0 0 1rem;padding:.5rem 1rem;border-left:4px solid #eee}.sorry{color:#b00020}.by{color:#777}</style></head><body>
<header><h1>${escape(product.title)}</h1><p>${greeting(user)}</p></header>
<p>${escape(product.description)}</p><main><section><h2>Book details</h2>${facts}</section><section><h2>Reviews</h2>${opinions}</section></main></body></html>`;
}

const cookieOf = (incoming, name) =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(incoming.headers.cookie ?? '')?.[1] ?? '';

/** Who signed in; else the cookie `user`, which stands for a shop with sessions of its own. */
function userOf(incoming) {
  const written = cookieOf(incoming, 'session') || cookieOf(incoming, 'user');
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Headers of every call that this request causes. */
function headersFor(incoming) {
  const user = userOf(incoming);
  const isHeaderValue = /^[\x20-\x7e]+$/.test(user);
  return { ...forwardedHeaders(incoming), ...(isHeaderValue ? { 'end-user': user } : {}) };
}

/** Back to where the form stood, on this site only. */
function goBack(incoming, response, cookie) {
  const referrer = incoming.headers.referer ?? '';
  const { pathname, search } = URL.canParse(referrer) ? new URL(referrer) : { pathname: '/productpage', search: '' };
  const location = pathname.startsWith('//') ? '/productpage' : `${pathname}${search}`;
  response.writeHead(302, { location, 'set-cookie': `${cookie}; Path=/; HttpOnly; SameSite=Lax`, 'content-length': 0 });
  response.end();
}

const longestForm = 10_000;

/** The name comes in a form, or as `?username=`. */
async function signIn(incoming, response) {
  if (incoming.method !== 'POST') return sendJson(response, 405, { error: 'sign in with POST' });
  let form = '';
  for await (const part of incoming) {
    form += part;
    if (form.length > longestForm) return sendJson(response, 413, { error: 'too long for a name' });
  }
  const query = new URL(incoming.url, 'http://shop').searchParams;
  const user = new URLSearchParams(form).get('username') ?? query.get('username') ?? '';
  if (user === '') return sendJson(response, 400, { error: 'username is missing' });
  goBack(incoming, response, `session=${encodeURIComponent(user)}`);
}

async function askForReviews(headers) {
  let answer;
  for (let tried = 0; tried < reviewsTries && answer?.status !== 200; tried += 1) {
    answer = await call(`${base('REVIEWS')}/reviews/${product.id}`, headers, callTimeoutMs);
  }
  return answer;
}

async function productPage(incoming, response) {
  const user = userOf(incoming);
  const headers = headersFor(incoming);
  const [details, reviews] = await Promise.all([
    call(`${base('DETAILS')}/details/${product.id}`, headers, callTimeoutMs),
    askForReviews(headers),
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
  const answer = await call(`${base(what.toUpperCase())}/${what}/${id}`, headersFor(incoming), callTimeoutMs);
  if (answer.headers['x-served-by'] !== undefined) response.setHeader('x-served-by', answer.headers['x-served-by']);
  sendJson(response, answer.status === 0 ? 502 : answer.status, answer.body ?? { error: `no answer from ${what}` });
}

serve('productpage', (incoming, response) => {
  const path = incoming.url.split('?')[0];
  if (path === '/login') return signIn(incoming, response);
  if (path === '/logout') return goBack(incoming, response, 'session=; Max-Age=0');
  if (path === '/' || path === '/index.html' || path === '/productpage') return productPage(incoming, response);
  if (path.startsWith('/api/v1/products')) return productApi(incoming, response);
  sendJson(response, 404, { error: 'not found' });
});
