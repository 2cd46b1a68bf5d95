#!/usr/bin/env node
/**
 * A bounded, open-loop load generator: it sends at the given rate whether or not answers come back, as users do.
 *
 *   node load.mjs --url http://127.0.0.1:8080/productpage --rps 50 --seconds 60 --users 500 [--json]
 *
 * A request failed when no answer came, when the answer was 5xx, or when the page came without its reviews
 * (`x-reviews-status`). Which version answered is read from `x-reviews-by` or `x-served-by`. With `--json` it prints one
 * line four times a second and a summary at the end; counts are totals since the start.
 */
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';

const limits = { rps: 2000, seconds: 3600 };
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080/productpage' },
    rps: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    users: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
});
const rps = Math.min(limits.rps, Number(values.rps));
const seconds = Math.min(limits.seconds, Number(values.seconds));
const users = Number(values.users);
if (!(rps > 0 && seconds > 0 && users > 0)) {
  console.error('load: --rps, --seconds and --users must be numbers above 0');
  process.exit(2);
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const url = new URL(values.url);
const totals = { requests: 0, failed: 0, inFlight: 0, slowestMs: 0 };
/** version → { requests, failed, lastAt (ms since 1970, when the request was sent), users } */
const versions = new Map();
/** user → versions that served them, in order. A user who comes back to an earlier version was flipped. */
const served = new Map();
/** `from>to` → users sent back that way. */
const flips = {};
const startedAt = Date.now();

function record(user, version, failed, sentAt) {
  totals.requests += 1;
  if (failed) totals.failed += 1;
  totals.slowestMs = Math.max(totals.slowestMs, Date.now() - sentAt);
  const entry = versions.get(version) ?? {
    requests: 0,
    failed: 0,
    firstAt: sentAt,
    lastAt: sentAt,
    firstFailureAt: null,
  };
  entry.requests += 1;
  if (failed) {
    entry.failed += 1;
    entry.firstFailureAt ??= sentAt;
  }
  entry.lastAt = Math.max(entry.lastAt, sentAt);
  versions.set(version, entry);
  const seen = served.get(user) ?? [];
  if (seen.at(-1) !== version) {
    if (seen.includes(version)) {
      const way = `${seen.at(-1)}>${version}`;
      flips[way] = (flips[way] ?? 0) + 1;
    }
    seen.push(version);
    served.set(user, seen);
  }
}

function send() {
  const user = `user-${Math.floor(Math.random() * users)}`;
  const sentAt = Date.now();
  totals.inFlight += 1;
  let done = false;
  const finish = (version, failed) => {
    if (done) return;
    done = true;
    totals.inFlight -= 1;
    record(user, version, failed, sentAt);
  };
  const outgoing = request(url, { agent, headers: { cookie: `user=${user}` }, timeout: 15_000 }, (answer) => {
    const by = answer.headers['x-reviews-by'] ?? answer.headers['x-served-by'] ?? 'nobody';
    const inner = answer.headers['x-reviews-status'];
    const failed = answer.statusCode >= 500 || (inner !== undefined && inner !== '200');
    answer.resume();
    answer.on('end', () => finish(by, failed));
    answer.on('error', () => finish(by, true));
    answer.on('close', () => finish(by, true));
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
  outgoing.on('error', () => finish('nobody', true));
  outgoing.end();
}

const snapshot = (type) => ({
  type,
  at: Date.now(),
  seconds: (Date.now() - startedAt) / 1000,
  ...totals,
  flips,
  versions: Object.fromEntries(versions),
});

function summary() {
  const all = snapshot('summary');
  if (values.json) return console.log(JSON.stringify(all));
  console.log(`${all.requests} requests in ${all.seconds.toFixed(1)} s, ${all.failed} failed`);
  for (const [way, count] of Object.entries(flips)) console.log(`  ${count} users were sent back, ${way}`);
  for (const [name, entry] of Object.entries(all.versions)) {
    console.log(
      `  ${name.padEnd(14)} ${String(entry.requests).padStart(7)} requests ${String(entry.failed).padStart(6)} failed`,
    );
  }
}

let sent = 0;
let stopping = false;
const pump = setInterval(() => {
  const due = Math.floor(((Date.now() - startedAt) / 1000) * rps);
  while (sent < due && !stopping) {
    send();
    sent += 1;
  }
  if (Date.now() - startedAt >= seconds * 1000) stop();
}, 5);
const report = values.json ? setInterval(() => console.log(JSON.stringify(snapshot('progress'))), 250) : undefined;

/** Stops sending, gives what is under way two seconds, and says what happened. */
function stop() {
  if (stopping) return;
  stopping = true;
  clearInterval(pump);
  const giveUpAt = Date.now() + 2000;
  const waiting = setInterval(() => {
    if (totals.inFlight > 0 && Date.now() < giveUpAt) return;
    clearInterval(waiting);
    clearInterval(report);
    summary();
    process.exit(0);
  }, 20);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
