/** One object as a page for people: who it is, what is wanted, what is, and what happened to it. */
import type { Condition, KubeObject } from '../../core/model/meta.ts';
import type { Event } from '../../core/model/plain.ts';
import type { Phrase } from '../../texts/message.ts';
import type { Context } from '../context.ts';
import { NONE } from '../columns/column.ts';
import { age } from './age.ts';
import { dataText } from './objects.ts';
import { flowingTable, tableLines } from './table.ts';

/** Shown in places of their own, or of no use to people. */
const OWN_PLACE: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
/** Records of controllers: `serin why` tells them better. */
const RECORDS: ReadonlySet<string> = new Set(['record', 'conditions']);
/** Written by machines for machines. */
const LONG_ANNOTATION = 200;

type HeadTitle = 'name' | 'namespace' | 'kind' | 'created' | 'deleting' | 'labels' | 'annotations' | 'owner';
type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapRows(label: string, map: Readonly<Record<string, string>> | undefined): readonly (readonly string[])[] {
  const entries = Object.entries(map ?? {});
  if (entries.length === 0) return [[label, NONE]];
  return entries.map(([key, value], index) => [
    index === 0 ? label : '',
    `${key}=${value.length > LONG_ANNOTATION ? `${value.slice(0, LONG_ANNOTATION)}…` : value}`,
  ]);
}

function headRows(context: Context, { apiVersion, kind, metadata }: KubeObject): readonly (readonly string[])[] {
  const title = (key: HeadTitle): string => context.say(`cli.describe.${key}`);
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return [
    [title('name'), metadata.name],
    ...(metadata.namespace === undefined ? [] : [[title('namespace'), metadata.namespace]]),
    [title('kind'), `${kind} (${apiVersion})`],
    [title('created'), `${metadata.creationTimestamp} (${age(metadata.creationTimestamp, context.now())})`],
    ...(metadata.deletionTimestamp === undefined ? [] : [[title('deleting'), metadata.deletionTimestamp]]),
    ...mapRows(title('labels'), metadata.labels),
    ...mapRows(title('annotations'), metadata.annotations),
    ...(owner === undefined ? [] : [[title('owner'), `${owner.kind}/${owner.name}`]]),
  ];
}

/** Secrets keep their values to themselves, as kubectl's do. */
function hidden(object: KubeObject, field: string, value: unknown): unknown {
  if (object.kind !== 'Secret' || field !== 'data' || !isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, data]) => [key, `${Buffer.from(String(data), 'base64').length} bytes`]),
  );
}

/** Sentences in the reader's language, without the key and the parameters that they are made of. */
function spoken(context: Context, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => spoken(context, one));
  if (!isFields(value)) return value;
  const { text, message, ...rest } = value;
  const isSentence = typeof message === 'string' && isFields(text) && typeof text['key'] === 'string';
  const entries = Object.entries(isSentence ? rest : value).map(([field, one]) => [field, spoken(context, one)]);
  const fields: Fields = Object.fromEntries(entries);
  return isSentence ? { ...fields, message: context.sayWording({ message, text: text as unknown as Phrase }) } : fields;
}

async function fieldLines(context: Context, object: KubeObject): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [field, whole] of Object.entries(object)) {
    if (OWN_PLACE.has(field)) continue;
    const value = isFields(whole) && field === 'status' ? withoutRecords(whole) : hidden(object, field, whole);
    if (value === undefined || (isFields(value) && Object.keys(value).length === 0)) continue;
    const text = await dataText(spoken(context, value), 'yaml');
    const title = `${field[0]?.toUpperCase() ?? ''}${field.slice(1)}:`;
    lines.push(
      ...(isFields(value) || Array.isArray(value)
        ? [title, ...text.split('\n').map((line) => `  ${line}`)]
        : [`${title} ${text}`]),
    );
  }
  return lines;
}

function withoutRecords(status: Fields): Fields {
  return Object.fromEntries(Object.entries(status).filter(([field]) => !RECORDS.has(field)));
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  const status = 'status' in object && isFields(object.status) ? object.status['conditions'] : undefined;
  return Array.isArray(status) ? (status as readonly Condition[]) : [];
}

function conditionLines(context: Context, object: KubeObject): readonly string[] {
  const rows = conditionsOf(object).map((condition) => [
    `  ${condition.type}`,
    condition.status,
    age(condition.lastTransitionTime, context.now()),
    condition.reason,
    context.sayWording(condition),
  ]);
  return rows.length === 0
    ? []
    : [
        context.say('cli.describe.conditions'),
        ...flowingTable([['  TYPE', 'STATUS', 'SINCE', 'REASON', 'MESSAGE'], ...rows], context.columns),
      ];
}

function eventLines(context: Context, events: readonly Event[]): readonly string[] {
  const title = context.say('cli.describe.events');
  if (events.length === 0) return [`${title} ${NONE}`];
  const rows = events.map((event) => [
    `  ${event.type}`,
    event.reason,
    `${age(event.lastTimestamp, context.now())}${event.count > 1 ? ` (x${event.count})` : ''}`,
    context.sayWording(event),
  ]);
  return [title, ...flowingTable([['  TYPE', 'REASON', 'AGE', 'MESSAGE'], ...rows], context.columns)];
}

export async function describeObject(
  context: Context,
  object: KubeObject,
  events: readonly Event[],
): Promise<readonly string[]> {
  return [
    ...tableLines(headRows(context, object)),
    ...(await fieldLines(context, object)),
    ...conditionLines(context, object),
    ...eventLines(context, events),
  ];
}
