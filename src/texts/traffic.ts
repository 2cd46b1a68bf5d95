export const trafficTexts = {
  'traffic.objectMissing': {
    en: '{kind} {namespace}/{name}, which the release names, does not exist',
    zh: '发布所指定的 {kind} {namespace}/{name} 不存在',
  },
  'traffic.createOrOmit': {
    en: 'create {kind} {name}, or leave its name out of the release: Serin then makes one',
    zh: '请创建 {kind} {name}，或在发布中不写它的名字，由 Serin 生成',
  },
  'traffic.hostTaken': {
    en: 'VirtualService {name} already routes service {service} and does not belong to this release',
    zh: 'VirtualService {name} 已在路由服务 {service}，且不属于此发布',
  },
  'traffic.nameVirtualService': {
    en: 'name it in Release {release}: spec.traffic.istio.virtualService: {name: {name}, routes: […]}',
    zh: '请在 Release {release} 中写明：spec.traffic.istio.virtualService: {name: {name}, routes: […]}',
  },
  'traffic.routeMissing': {
    en: '{object} has no http rule named {route}',
    zh: '{object} 中没有名为 {route} 的 http 规则',
  },
  'traffic.nameRule': {
    en: 'give the rule that should be split `name: {route}`, or correct spec.traffic.istio.virtualService.routes',
    zh: '请给要分流的规则加上 `name: {route}`，或修正 spec.traffic.istio.virtualService.routes',
  },
  'traffic.routesUnnamed': {
    en: '{object} has {count} http rules, and the release does not say which of them to split',
    zh: '{object} 有 {count} 条 http 规则，而发布没有说明要对哪一条分流',
  },
  'traffic.listRoutes': {
    en: 'name the rules of {object} and list the names in the release',
    zh: '请给 {object} 的规则命名，并在发布中列出这些名字',
  },
  'traffic.routeUnfit': {
    en: 'http[{index}] of {object} cannot be split: every destination must be service {service}',
    zh: '{object} 的 http[{index}] 无法分流：所有目标都必须是服务 {service}',
  },
  'traffic.splitRule': {
    en: 'let the rule route to {service} only, without redirect, directResponse or delegate',
    zh: '请让该规则只路由到 {service}，不含 redirect、directResponse 或 delegate',
  },
  'traffic.gone': { en: '{object} does not exist', zh: '{object} 不存在' },
  'traffic.weightsDiffer': {
    en: '{object} gives the candidate {found}%, but {expected}% is wanted: somebody else changed the weights',
    zh: '{object} 给候选版 {found}%，而期望为 {expected}%：权重被别人改动了',
  },
  'traffic.routesDiffer': {
    en: 'the split rules of {object} are not as they were written: somebody else changed them',
    zh: '{object} 的分流规则与写入时不一致：被别人改动了',
  },
  'traffic.subsetsDiffer': {
    en: 'the subsets of {object} do not select the arms: somebody else changed them',
    zh: '{object} 的子集没有选中两个版本：被别人改动了',
  },
} as const;
