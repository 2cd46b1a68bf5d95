/** Identity of pod templates. */
import { sameJson, withoutNulls } from '../model/json.ts';
import { POD_TEMPLATE_HASH_LABEL, RESTARTED_AT_ANNOTATION } from '../model/workload.ts';
import type { PodTemplate } from '../model/pod.ts';
import { contentHash } from '../release/hash.ts';

/** Without vowels and look-alikes, so that no hash spells a word. Source: Kubernetes, apimachinery SafeEncodeString. */
const alphabet = 'bcdfghjklmnpqrst';

/** The template without what Kubernetes ignores when it compares two: the hash label, nulls, empty maps. */
function essence(template: PodTemplate): unknown {
  const { labels = {}, annotations = {} } = template.metadata ?? {};
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== POD_TEMPLATE_HASH_LABEL));
  return withoutNulls({ labels: own, annotations, spec: template.spec });
}

/** True where pods of one template may serve as pods of the other. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return sameJson(essence(a), essence(b));
}

/** Ten letters that depend on the template, and on the number of collisions met so far. */
export function templateHash(template: PodTemplate, collisionCount: number): string {
  const hash = contentHash([essence(template), collisionCount]);
  return hash.slice(0, 10).replace(/./g, (digit) => alphabet.charAt(Number.parseInt(digit, 16)));
}

/** The template with one more label. */
export function labelled(template: PodTemplate, key: string, value: string): PodTemplate {
  const labels = { ...template.metadata?.labels, [key]: value };
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The template as the user wrote it, without the hash label. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const { [POD_TEMPLATE_HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The template that replaces every pod without another change. `at` is RFC 3339. */
export function restarted(template: PodTemplate, at: string): PodTemplate {
  const annotations = { ...template.metadata?.annotations, [RESTARTED_AT_ANNOTATION]: at };
  return { ...template, metadata: { ...template.metadata, annotations } };
}
