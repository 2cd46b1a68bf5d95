/**
 * Stars of a product's reviewers. Version v2 asks the database that MONGO_DB_URL, or with DB_TYPE=mysql MYSQL_DB_HOST and
 * MYSQL_DB_PORT, name (`database.mjs` stands in for both); the others hold them in memory and take new ones by POST.
 * FAIL_PERCENT of requests are answered 503, DELAY_PERCENT of them DELAY_MS later.
 */
import { connect } from 'node:net';
import { sendJson, serve } from './serve.mjs';

const { DB_TYPE, MONGO_DB_URL, MYSQL_DB_HOST, MYSQL_DB_PORT } = process.env;
const version = process.env.SERVICE_VERSION ?? 'v1';
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const delayPercent = Number(process.env.DELAY_PERCENT ?? 100);
const delayMs = Number(process.env.DELAY_MS ?? 0);
const added = new Map();

/** A program finds a service by the variables of its name. */
function databaseAddress() {
  const isMysql = DB_TYPE === 'mysql';
  const { hostname, port } = isMysql
    ? { hostname: MYSQL_DB_HOST, port: MYSQL_DB_PORT }
    : new URL(MONGO_DB_URL ?? 'mongodb://mongodb:27017/test');
  const service = hostname.split('.')[0].toUpperCase().replaceAll('-', '_');
  return { host: process.env[`${service}_SERVICE_HOST`] ?? hostname, port: Number(port) };
}

/** Ratings, or undefined where the database brings none. */
function readDatabase() {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ ...databaseAddress(), timeout: 2000 });
    socket.on('data', (part) => (text += part));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        resolve(undefined);
      }
    });
  });
}

async function bodyOf(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    return undefined;
  }
}

async function add(incoming, response, id) {
  if (version === 'v2') return sendJson(response, 501, { error: 'these ratings live in a database and are only read' });
  const ratings = await bodyOf(incoming);
  if (typeof ratings !== 'object' || ratings === null)
    return sendJson(response, 400, { error: 'ratings must be JSON' });
  added.set(id, ratings);
  sendJson(response, 200, { id, ratings });
}

serve('ratings', async (incoming, response) => {
  const match = /^\/ratings\/(\d+)/.exec(incoming.url);
  if (match === null) return sendJson(response, 404, { error: 'not found' });
  response.setHeader('x-served-by', `ratings-${version}`);
  const id = Number(match[1]);
  if (incoming.method === 'POST') return add(incoming, response, id);
  if (delayMs > 0 && Math.random() * 100 < delayPercent) await new Promise((wake) => setTimeout(wake, delayMs));
  if (Math.random() * 100 < failPercent) return sendJson(response, 503, { error: 'ratings are not available' });
  const ratings = version === 'v2' ? await readDatabase() : (added.get(id) ?? { Reviewer1: 5, Reviewer2: 4 });
  if (ratings === undefined) return sendJson(response, 500, { error: 'the ratings database does not answer' });
  sendJson(response, 200, { id, ratings });
});
