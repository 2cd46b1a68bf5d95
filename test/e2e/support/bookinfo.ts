/** Bookinfo on a running Serin, with a release of `reviews` whose pace suits a test. */
import { startLoad, until, type LoadSummary, type Serin } from './serin.ts';

/** The shop's page; where port 8080 is taken, the gateway listens elsewhere, and `startBookinfo` learns it. */
export let page = 'http://127.0.0.1:8080/productpage';
const folder = 'examples/bookinfo';

interface StatusView {
  readonly engine: {
    readonly addresses: readonly { readonly kind: string; readonly address: string; readonly port: number }[];
  };
}

interface ReleaseView {
  readonly status?: {
    readonly phase?: string;
    readonly stable?: { readonly version: string };
    readonly candidate?: { readonly version: string };
    readonly desiredWeight?: number;
    readonly run?: string;
    readonly message?: string;
  };
}

export interface RunView {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly from: { readonly version: string }; readonly to: { readonly version: string } };
  readonly status?: { readonly phase: string; readonly outcome?: string; readonly message?: string };
}

/** A release of `reviews` with the given canary block (YAML, indented by six). */
function releaseManifest(canary: string): string {
  return `apiVersion: serin.dev/v1alpha1
kind: Release
metadata:
  name: reviews
spec:
  service: reviews
  workload:
    versions: {}
  traffic:
    sticky:
      cookie: user
  strategy:
    canary:
${canary
  .trim()
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}
  onAbort:
    keepCandidate: 1s
  onPromotion:
    scaleDownDelay: 1s
`;
}

export const quick = 'steps: [{weight: 10}, {pause: 4s}, {weight: 50}, {pause: 5s}, {weight: 100}]';
export const byHand = 'steps: [{weight: 30}, {pause: {}}, {weight: 100}]';

export async function startBookinfo(serin: Serin, canary: string): Promise<void> {
  await serin.must(['apply', '-f', `${folder}/bookinfo.yaml`, '-f', `${folder}/gateway.yaml`]);
  await serin.must(['apply', '-f', '-'], { input: releaseManifest(canary) });
  page = await until('the address of the gateway', async () => {
    const { engine } = await serin.json<StatusView>(['status']);
    const gateway = engine.addresses.find(({ kind }) => kind === 'gateway');
    return gateway === undefined ? undefined : `http://${gateway.address}:${gateway.port}/productpage`;
  });
  await until('the page with its reviews', async () => {
    const answer = await fetch(page).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.headers.get('x-reviews-status') === '200' ? true : undefined;
  });
  await phase(serin, (status) => status.stable?.version === 'v1');
}

export async function applyReviews(serin: Serin, version: string): Promise<void> {
  await serin.must(['apply', '-f', `${folder}/reviews-${version}.yaml`]);
}

/** Waits until the release's status fits. */
export async function phase(
  serin: Serin,
  fits: (status: NonNullable<ReleaseView['status']>) => boolean,
  withinMs = 60_000,
): Promise<NonNullable<ReleaseView['status']>> {
  let last: ReleaseView['status'];
  try {
    return await until(
      'the release',
      async () => {
        last = (await serin.json<ReleaseView>(['get', 'release', 'reviews'])).status;
        return last !== undefined && fits(last) ? last : undefined;
      },
      withinMs,
    );
  } catch (error) {
    throw new Error(`${String(error)}; its status was ${JSON.stringify(last)}`);
  }
}

/** Runs of the release, oldest first. */
async function runs(serin: Serin): Promise<readonly RunView[]> {
  return (await serin.json<{ items: RunView[] }>(['get', 'runs'])).items;
}

/** The newest run's outcome, once it has one. */
export async function outcome(serin: Serin, to: string, withinMs = 60_000): Promise<string> {
  return until(
    `the end of the run to ${to}`,
    async () => (await runs(serin)).findLast((run) => run.spec.to.version === to)?.status?.outcome,
    withinMs,
  );
}

/** Load on the page while `body` runs. */
export async function underLoad(rps: number, body: () => Promise<void>): Promise<LoadSummary> {
  const load = startLoad(page, rps);
  try {
    await body();
  } finally {
    await load.stop();
  }
  return load.done;
}
