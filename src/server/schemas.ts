/** What the server accepts, and what `/openapi.json` says about its answers. Each schema is checked against its type. */
import { z } from 'zod';
import type { KubeObject, NewObject, ObjectRef } from '../core/model/meta.ts';
import { textParam } from '../core/model/schema/wording.ts';
import type { JournalEntry, Write } from '../ports/store.ts';
import type {
  AddressReport,
  EdgeReport,
  Failure,
  JournalPage,
  MeshReport,
  ObjectList,
  RatesReport,
  ReleaseRates,
  RouteTestRequest,
  Sentence,
  ShutdownRequest,
  StatusReport,
  WriteAnswer,
  WriteRequest,
} from './contract.ts';

const sentenceSchema: z.ZodType<Sentence> = z.object({
  key: z.string(),
  params: z.record(z.string(), textParam).exactOptional(),
  message: z.string(),
});

export const failureSchema: z.ZodType<Failure> = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    text: sentenceSchema,
    retry: z.enum(['backoff', 'never']),
    place: z
      .object({
        file: z.string().exactOptional(),
        line: z.number().exactOptional(),
        column: z.number().exactOptional(),
        field: z.string().exactOptional(),
        object: z.string().exactOptional(),
      })
      .exactOptional(),
    expected: z.string().exactOptional(),
    found: z.string().exactOptional(),
    remedy: sentenceSchema.exactOptional(),
  }),
});

const textMap = z.record(z.string(), z.string());
const newMeta = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().exactOptional(),
  labels: textMap.exactOptional(),
  annotations: textMap.exactOptional(),
});
const newObject: z.ZodType<NewObject> = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: newMeta });

export const objectSchema: z.ZodType<KubeObject> = z
  .looseObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: newMeta.extend({
      uid: z.string(),
      resourceVersion: z.string(),
      generation: z.number(),
      creationTimestamp: z.string(),
    }),
  })
  .describe('A stored object of any kind, in the shape of the Kubernetes API');

const ref: z.ZodType<ObjectRef> = z.strictObject({
  kind: z.string().min(1),
  namespace: z.string(),
  name: z.string().min(1),
});
const journalEntry: z.ZodType<JournalEntry> = z.object({
  at: z.number(),
  kind: z.string(),
  body: z.record(z.string(), z.unknown()),
});

const write: z.ZodType<Write> = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), object: newObject }),
  z.strictObject({ op: z.literal('update'), object: objectSchema }),
  z.strictObject({ op: z.literal('status'), object: objectSchema }),
  z.strictObject({ op: z.literal('apply'), object: newObject, manager: z.string().min(1) }),
  z.strictObject({
    op: z.literal('delete'),
    ref,
    orphan: z.boolean().exactOptional(),
    graceSeconds: z.number().min(0).exactOptional(),
  }),
  z.strictObject({ op: z.literal('append'), journal: z.string().min(1), entries: z.array(journalEntry) }),
]);

export const writeRequestSchema: z.ZodType<WriteRequest> = z.strictObject({ batch: z.array(write).max(10_000) });

export const writeAnswerSchema: z.ZodType<WriteAnswer> = z.object({
  results: z.array(
    z.object({
      outcome: z.enum(['created', 'changed', 'same', 'deleted']),
      object: objectSchema.exactOptional(),
      notices: z.array(sentenceSchema).exactOptional(),
    }),
  ),
  resourceVersion: z.string(),
});

export const listSchema: z.ZodType<ObjectList> = z.object({
  items: z.array(objectSchema),
  resourceVersion: z.string(),
});
export const journalSchema: z.ZodType<JournalPage> = z.object({ entries: z.array(journalEntry) });

const address: z.ZodType<AddressReport> = z.object({
  kind: z.enum(['gateway', 'nodePort', 'service', 'forwardProxy']),
  name: z.string(),
  address: z.string(),
  port: z.number(),
  nominalPort: z.number(),
});

export const statusSchema: z.ZodType<StatusReport> = z.object({
  version: z.string(),
  state: z.enum(['starting', 'ready', 'stopping']),
  pid: z.number(),
  startedAt: z.string(),
  dataDir: z.string(),
  api: z.string(),
  addresses: z.array(address),
  notices: z.array(sentenceSchema),
});

export const meshSchema: z.ZodType<MeshReport> = z.object({
  tableVersion: z.number(),
  acknowledged: z.number().nullable(),
  workers: z.array(
    z.object({
      worker: z.number(),
      pid: z.number(),
      live: z.boolean(),
      tableVersion: z.number(),
      problems: z.array(z.object({ listener: z.string(), message: z.string() })),
    }),
  ),
});

const rates = z.object({
  requestsPerSecond: z.number(),
  errorPercent: z.number(),
  p50Ms: z.number().exactOptional(),
  p95Ms: z.number().exactOptional(),
});
const arm = rates.extend({ version: z.string(), lastSentAt: z.number().exactOptional() });
const edge: z.ZodType<EdgeReport> = rates.extend({
  sourceNamespace: z.string(),
  sourceWorkload: z.string(),
  sourceVersion: z.string(),
  service: z.string(),
  subset: z.string(),
  version: z.string(),
  mirrored: z.boolean(),
});
const releaseRates: z.ZodType<ReleaseRates> = z.object({
  namespace: z.string(),
  release: z.string(),
  service: z.string(),
  stable: arm.exactOptional(),
  candidate: arm.exactOptional(),
  observedShare: z.number().exactOptional(),
});
export const ratesSchema: z.ZodType<RatesReport> = z.object({
  at: z.number(),
  windowMs: z.number(),
  releases: z.array(releaseRates),
  edges: z.array(edge),
});

export const routeTestSchema: z.ZodType<RouteTestRequest> = z.strictObject({
  method: z.string().min(1).exactOptional(),
  scheme: z.enum(['http', 'https']).exactOptional(),
  authority: z.string().regex(/^[^\s/@]+$/, { error: 'a host, with or without port' }),
  path: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()).exactOptional(),
  from: z.strictObject({ workload: z.string().min(1), namespace: z.string().min(1) }).exactOptional(),
  namespace: z.string().exactOptional(),
});

export const shutdownSchema: z.ZodType<ShutdownRequest> = z.strictObject({ keepPods: z.boolean().exactOptional() });
