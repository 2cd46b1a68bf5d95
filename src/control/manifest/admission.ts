/** What every object passes on its way into a store, whoever writes it: known kind, right fields, one spelling. */
import { isObject, valueAt } from '../../core/model/json.ts';
import type { NewObject } from '../../core/model/meta.ts';
import { examine, writtenName } from '../../core/model/parse/examine.ts';
import type { Examined } from '../../core/model/parse/examine.ts';
import type { Flaw } from '../../core/model/parse/explain.ts';
import { fieldText, foundText } from '../../core/model/parse/problem.ts';
import type { FieldPath } from '../../core/model/parse/problem.ts';
import { regexProblem } from '../../core/routing/regex.ts';
import { Fault } from '../../lib/fault.ts';
import type { Message } from '../../texts/catalogue.ts';

/** As `examine`; patterns must be readable by RE2, and a Secret's `stringData` is folded into `data`. */
export function admit(value: unknown): Examined {
  const examined = examine(value);
  if (!examined.ok) return examined;
  const flaws = examined.object.kind === 'VirtualService' ? regexFlaws(valueAt(examined.object, 'spec')) : [];
  if (flaws.length > 0) return { ok: false, flaws };
  return { ...examined, object: folded(examined.object) };
}

export interface Admitted {
  readonly object: NewObject;
  readonly notices: readonly Message[];
}

/**
 * The same for objects without a file.
 * @throws Fault `invalid` with the first problem; its text names how many there are.
 */
export function admitted(value: unknown): Admitted {
  const examined = admit(value);
  if (examined.ok) return examined;
  const [first] = examined.flaws;
  if (first === undefined) throw new TypeError('a refusal needs a reason');
  const object = writtenName(value);
  const place = { field: fieldText(first.path), ...(object === '' ? {} : { object }) };
  throw new Fault('invalid', first.text, {
    place,
    ...(first.expected === undefined ? {} : { expected: first.expected }),
    ...(first.found === undefined ? {} : { found: first.found }),
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
  });
}

function folded(object: NewObject): NewObject {
  const stringData = valueAt(object, 'stringData');
  if (object.kind !== 'Secret' || !isObject(stringData)) return object;
  const { stringData: _folded, ...rest } = { ...object, stringData };
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  const data = valueAt(object, 'data');
  const result = { ...rest, data: { ...(isObject(data) ? data : {}), ...Object.fromEntries(encoded) } };
  return result;
}

/** Every `regex` of match conditions, and patterns of rewrites. */
function regexFlaws(value: unknown, path: FieldPath = ['spec']): readonly Flaw[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => regexFlaws(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, key];
    const isPattern = key === 'regex' || (key === 'match' && path.at(-1) === 'uriRegexRewrite');
    if (!isPattern || typeof item !== 'string') return regexFlaws(item, here);
    const detail = regexProblem(item);
    if (detail === undefined) return [];
    const text = { key: 'manifest.badRegex', params: { detail } } as const;
    return [{ path: here, text, found: foundText(item), remedy: { key: 'manifest.badRegexRemedy' } } as const];
  });
}
