import { manifestExpectTexts } from './manifest-expect.ts';

const problemTexts = {
  'manifest.badSelector': {
    en: '`{part}` in the label selector `{selector}` cannot be read',
    zh: '标签选择器 `{selector}` 中的 `{part}` 无法解析',
  },
  'manifest.badSelectorRemedy': {
    en: 'write key=value, key!=value, key in (a,b), key notin (a,b), key or !key, joined by commas',
    zh: '可以写 key=value、key!=value、key in (a,b)、key notin (a,b)、key 或 !key，用逗号连接',
  },
  'manifest.patchDirective': {
    en: 'the patch directive `{directive}` is not known',
    zh: '不认识补丁指令 `{directive}`',
  },
  'manifest.patchDirectiveRemedy': {
    en: 'use $patch: merge, replace or delete, or null to remove a field',
    zh: '可以用 $patch: merge、replace 或 delete，或用 null 删除字段',
  },
  'manifest.patchNoMap': { en: 'a patch must be a map of fields', zh: '补丁必须是由字段组成的映射' },
  'manifest.badValue': { en: 'the value is not allowed here', zh: '这里不允许这个值' },
  'manifest.wrongType': { en: 'the value has the wrong type', zh: '值的类型不对' },
  'manifest.missing': { en: 'this field is required', zh: '缺少必填字段' },
  'manifest.unknownField': { en: 'unknown field `{field}`', zh: '未知字段 `{field}`' },
  'manifest.unknownKind': { en: 'unknown kind `{kind}`', zh: '未知的 kind `{kind}`' },
  'manifest.unknownVersion': { en: 'this apiVersion is not known for {kind}', zh: '{kind} 没有这个 apiVersion' },
  'manifest.otherGroup': {
    en: '{kind} of {group} is another kind of the same name',
    zh: '{group} 的 {kind} 是另一种同名的对象',
  },
  'manifest.instead.routes': {
    en: 'take {kind} out of the files, and write the way in as Gateway and VirtualService of networking.istio.io',
    zh: '请从文件中去掉 {kind}，改用 networking.istio.io 的 Gateway 和 VirtualService 来写入口',
  },
  'manifest.instead.deployment': {
    en: 'pods come from Deployments here: write {kind} as a Deployment, or take it out of the files',
    zh: '这里的 Pod 由 Deployment 产生：请把 {kind} 改写为 Deployment，或从文件中去掉',
  },
  'manifest.instead.replicas': {
    en: 'nothing scales by itself here: take {kind} out of the files and set spec.replicas, or use `serin scale`',
    zh: '这里不会自动伸缩：请从文件中去掉 {kind}，并设置 spec.replicas，或使用 `serin scale`',
  },
  'manifest.instead.volume': {
    en: 'take {kind} out of the files; volumes here are emptyDir, configMap, secret and hostPath',
    zh: '请从文件中去掉 {kind}；这里的卷有 emptyDir、configMap、secret 和 hostPath',
  },
  'manifest.instead.release': {
    en: 'write it as a Release of serin.dev/v1alpha1 with a Deployment; `serin plan` shows what it would do',
    zh: '请改写为 serin.dev/v1alpha1 的 Release 加 Deployment；`serin plan` 会显示它将做什么',
  },
  'manifest.instead.subsets': {
    en: 'take {kind} out of the files; a Service finds its pods by its selector',
    zh: '请从文件中去掉 {kind}；Service 通过选择器找到它的 Pod',
  },
  'manifest.instead.cluster': {
    en: 'take {kind} out of the files; it governs a cluster, and one machine has nothing for it to govern',
    zh: '请从文件中去掉 {kind}；它用于管理集群，单机上没有它要管理的东西',
  },
  'manifest.instead.mesh': {
    en: 'take {kind} out of the files; the built-in mesh has nothing like it',
    zh: '请从文件中去掉 {kind}；内置网格没有对应的功能',
  },
  'manifest.instead.leaveOut': {
    en: 'take {kind} out of the files, or write it with the kinds that are known',
    zh: '请从文件中去掉 {kind}，或改用可用的 kind 来写',
  },
  'manifest.noObject': {
    en: 'an object with apiVersion, kind and metadata was expected',
    zh: '这里应当是含有 apiVersion、kind 和 metadata 的对象',
  },
  'manifest.noItems': { en: 'a List needs `items`, a list of objects', zh: 'List 需要 `items`，即对象的列表' },
  'manifest.duplicateKey': { en: 'the key `{field}` stands here twice', zh: '键 `{field}` 在这里出现了两次' },
  'manifest.duplicateKeyRemedy': { en: 'keep one of the two', zh: '只保留其中一个' },
  'manifest.syntax': { en: 'this is no valid YAML: {detail}', zh: 'YAML 语法错误：{detail}' },
  'manifest.oddKey': { en: 'the name of a field must be a text', zh: '字段名必须是文本' },
  'manifest.templateRemedy': {
    en: 'this looks like a template: render it first, e.g. with `helm template`, and apply the result',
    zh: '这像是模板：请先渲染（例如用 `helm template`），再应用结果',
  },
  'manifest.tabRemedy': {
    en: 'indent with spaces; YAML allows no tabs there',
    zh: '请用空格缩进；YAML 不允许在此处使用制表符',
  },
  'manifest.wideRemedy': {
    en: 'replace the full-width character `{character}` by its plain form',
    zh: '请把全角字符 `{character}` 换成半角字符',
  },
  'manifest.didYouMean': { en: 'did you mean `{word}`?', zh: '是不是想写 `{word}`？' },
  'manifest.knownFields': { en: 'the fields known here are {fields}', zh: '这里可用的字段有 {fields}' },
  'manifest.quote': { en: 'put it in quotes: "{value}"', zh: '加上引号："{value}"' },
  'manifest.exclusive': { en: '{fields} cannot be given together', zh: '{fields} 不能同时给出' },
  'manifest.exclusiveRemedy': { en: 'keep one of them', zh: '只保留其中一个' },
  'manifest.oneNeeded': { en: 'one of these fields is needed: {fields}', zh: '需要给出这些字段之一：{fields}' },
  'manifest.twice': { en: '`{name}` is given twice', zh: '`{name}` 重复了' },
  'manifest.emptyList': { en: 'the list must not be empty', zh: '列表不能为空' },
  'manifest.recreateRolls': {
    en: 'rollingUpdate has no meaning with type Recreate',
    zh: 'type 为 Recreate 时 rollingUpdate 没有意义',
  },
  'manifest.cannotRoll': {
    en: 'maxSurge and maxUnavailable cannot both be 0, or nothing could ever be replaced',
    zh: 'maxSurge 和 maxUnavailable 不能同时为 0，否则什么也替换不了',
  },
  'manifest.emptySelector': { en: 'the selector must not be empty', zh: '选择器不能为空' },
  'manifest.selectorMismatch': {
    en: "the template's labels do not match the selector",
    zh: '模板的标签与选择器不匹配',
  },
  'manifest.selectorMismatchRemedy': {
    en: 'give the template every label that spec.selector asks for',
    zh: '让模板带上 spec.selector 要求的每个标签',
  },
  'manifest.selectorNeedsValues': { en: '{operator} needs values', zh: '{operator} 需要 values' },
  'manifest.selectorTakesNoValues': { en: '{operator} takes no values', zh: '{operator} 不能带 values' },
  'manifest.portsNeedNames': { en: 'each of several ports needs a name', zh: '有多个端口时，每个端口都要有名字' },
  'manifest.nodePortType': {
    en: 'nodePort needs type NodePort or LoadBalancer',
    zh: 'nodePort 要求 type 为 NodePort 或 LoadBalancer',
  },
  'manifest.externalNameNeeded': {
    en: 'type ExternalName needs externalName',
    zh: 'type 为 ExternalName 时必须给出 externalName',
  },
  'manifest.starAlone': {
    en: '`*` stands for all namespaces and must stand alone',
    zh: '`*` 表示所有命名空间，必须单独使用',
  },
  'manifest.oneMatch': {
    en: 'exactly one of exact, prefix and regex is needed',
    zh: 'exact、prefix、regex 必须且只能给出一个',
  },
  'manifest.oneMatchRemedy': {
    en: 'keep one of the three; several conditions become several entries of `match`',
    zh: '三者只留一个；多个条件请写成 `match` 的多个条目',
  },
  'manifest.presenceRemedy': { en: 'write `{}` to ask only whether it is there', zh: '只想判断是否存在时写 `{}`' },
  'manifest.noWeight': {
    en: 'all weights are 0, so no destination would get anything',
    zh: '所有权重都是 0，没有任何目标会收到流量',
  },
  'manifest.noWeightRemedy': {
    en: 'give at least one destination a weight; a missing weight counts as 0',
    zh: '至少给一个目标设置权重；不写权重按 0 计',
  },
  'manifest.starInMesh': { en: 'the host `*` is not allowed inside the mesh', zh: '网格内部不允许使用主机 `*`' },
  'manifest.starInMeshRemedy': {
    en: 'name the hosts, or bind it to a gateway only with `gateways`',
    zh: '写出具体主机，或用 `gateways` 只绑定到网关',
  },
  'manifest.hostCovered': { en: 'host {host} is covered by {other} already', zh: '主机 {host} 已被 {other} 覆盖' },
  'manifest.delegateOnlyHttp': {
    en: 'a VirtualService without hosts is a delegate and may only have http rules',
    zh: '没有 hosts 的 VirtualService 是被委托方，只能有 http 规则',
  },
  'manifest.delegateTwice': { en: 'a delegate cannot delegate again', zh: '被委托的规则不能再次委托' },
  'manifest.sniOutside': {
    en: 'SNI host {host} is not within the hosts of this VirtualService',
    zh: 'SNI 主机 {host} 不在该 VirtualService 的 hosts 范围内',
  },
  'manifest.responseHost': {
    en: 'a response has no host and no pseudo headers to write',
    zh: '响应没有可写的 Host 或伪头',
  },
  'manifest.retriesOff': { en: 'attempts is 0, so this field has no meaning', zh: 'attempts 为 0，这个字段没有意义' },
  'manifest.localOriginSplit': {
    en: 'consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
    zh: 'consecutiveLocalOriginFailures 要求 splitExternalLocalOriginErrors: true',
  },
  'manifest.selectorPrivate': {
    en: 'with workloadSelector the rule may only be exported to its own namespace, `.`',
    zh: '使用 workloadSelector 时，规则只能导出到自己的命名空间，即 `.`',
  },
  'manifest.meshCertificates': {
    en: 'ISTIO_MUTUAL brings its own certificates',
    zh: 'ISTIO_MUTUAL 自带证书，不能再指定',
  },
  'manifest.redirectOnHttps': { en: 'httpsRedirect belongs to an HTTP port', zh: 'httpsRedirect 只能用于 HTTP 端口' },
  'manifest.plainTls': {
    en: 'a port without TLS may only carry httpsRedirect',
    zh: '不使用 TLS 的端口只能设置 httpsRedirect',
  },
  'manifest.mintNeedsCookie': {
    en: 'mintSeconds needs cookie: only a cookie can be set',
    zh: 'mintSeconds 要求 cookie：只有 cookie 才能被签发',
  },
  'manifest.weightsGrow': { en: 'each weight must be larger than the one before', zh: '权重必须逐个增大' },
  'manifest.weightOnlyThere': { en: 'weight belongs to setWeight only', zh: 'weight 只用于 setWeight' },
  'manifest.badRegex': { en: 'RE2 cannot read this pattern: {detail}', zh: 'RE2 无法解析该正则：{detail}' },
  'manifest.badRegexRemedy': {
    en: 'RE2 has no look-around and no back-references; see github.com/google/re2/wiki/Syntax',
    zh: 'RE2 不支持环视和反向引用，语法见 github.com/google/re2/wiki/Syntax',
  },
  'manifest.upgraded': { en: '{from} is an old spelling; read as {to}', zh: '{from} 是旧写法，按 {to} 处理' },
  'manifest.alwaysSo': {
    en: '{field} is an old field and left out; what it asked for is always done now',
    zh: '{field} 是旧字段，已省略；它要求的行为现在总是生效',
  },
  'manifest.noEffect': { en: '{kind} is kept, but has no effect here', zh: '{kind} 会保留，但在这里不起作用' },
  'manifest.nullMatch': {
    en: '{field} is null: the condition is dropped and the rule matches more than it seems',
    zh: '{field} 为 null：该条件会被丢弃，规则匹配的范围比看上去更大',
  },
  'manifest.notEnforced': {
    en: 'on one machine these fields are kept but have no effect: {fields}',
    zh: '单机运行时，这些字段会保留但不起作用：{fields}',
  },
  'manifest.fileMissing': { en: '{path} does not exist', zh: '{path} 不存在' },
  'manifest.fileUnreadable': { en: '{path} cannot be read: {problem}', zh: '无法读取 {path}：{problem}' },
  'manifest.nothing': { en: 'no objects were found in {paths}', zh: '{paths} 中没有任何对象' },
  'manifest.noneChosen': { en: 'no object in {paths} has these labels', zh: '{paths} 中没有带这些标签的对象' },
  'manifest.nothingRemedy': {
    en: 'a folder is searched for *.yaml, *.yml and *.json; use -R for its subfolders',
    zh: '目录中只查找 *.yaml、*.yml 和 *.json；子目录请加 -R',
  },
  'manifest.created': { en: '{name} created', zh: '{name} 已创建' },
  'manifest.configured': { en: '{name} configured', zh: '{name} 已更新' },
  'manifest.unchanged': { en: '{name} unchanged', zh: '{name} 无变化' },
  'manifest.deleted': { en: '{name} deleted', zh: '{name} 已删除' },
  'manifest.line.expected': { en: 'expected: {expected}', zh: '应为：{expected}' },
  'manifest.line.found': { en: 'found: {found}', zh: '实际：{found}' },
  'manifest.line.remedy': { en: 'what to do: {remedy}', zh: '怎么办：{remedy}' },
} as const;

export const manifestTexts: typeof problemTexts & typeof manifestExpectTexts = {
  ...problemTexts,
  ...manifestExpectTexts,
};
