/** What one machine keeps but cannot honour, said when it is applied. */
import { isList, isObject, valueAt } from '../../../core/model/json.ts';
import type { NewObject } from '../../../core/model/meta.ts';
import type { Message } from '../../../texts/catalogue.ts';

const podFields = [
  'affinity',
  'nodeSelector',
  'nodeName',
  'tolerations',
  'topologySpreadConstraints',
  'priorityClassName',
  'runtimeClassName',
  'securityContext',
  'hostNetwork',
];
const containerFields = ['resources', 'securityContext', 'volumeDevices'];
const volumeFields = ['name', 'emptyDir', 'configMap', 'secret', 'hostPath'];

/** One notice that names all such fields, or none. An empty map asks for nothing. */
export function unenforced(object: NewObject): readonly Message[] {
  const spec = podSpecOf(object);
  if (!isObject(spec)) return [];
  const fields = new Set(podFields.filter((field) => isAsking(spec[field])));
  for (const list of ['initContainers', 'containers']) {
    for (const container of itemsOf(spec[list])) {
      for (const field of containerFields) if (isAsking(valueAt(container, field))) fields.add(`${list}.${field}`);
    }
  }
  for (const volume of itemsOf(spec['volumes'])) {
    const other = isObject(volume) ? Object.keys(volume).filter((field) => !volumeFields.includes(field)) : [];
    for (const field of other) fields.add(`volumes.${field}`);
  }
  return fields.size === 0 ? [] : [{ key: 'manifest.notEnforced', params: { fields: [...fields].join(', ') } }];
}

function podSpecOf(object: NewObject): unknown {
  const spec = valueAt(object, 'spec');
  return object.kind === 'Pod' ? spec : valueAt(valueAt(spec, 'template'), 'spec');
}

function itemsOf(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

function isAsking(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length > 0;
  return isList(value) ? value.length > 0 : value !== undefined && value !== false;
}
