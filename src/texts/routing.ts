export const routingTexts = {
  'routing.delegateMissing': {
    en: '{at}: the delegate VirtualService {name} does not exist or is not exported to here; requests go on to the next rule',
    zh: '{at}：被委托的 VirtualService {name} 不存在，或未对此命名空间导出；请求会落到下一条规则',
  },
  'routing.delegateConflict': {
    en: '{at}: http[{index}] of the delegate {name} asks for conditions that the root rule excludes; it is left out',
    zh: '{at}：被委托的 {name} 的 http[{index}] 与根规则的条件冲突，已被忽略',
  },
  'routing.stickyMalformed': {
    en: '{at}: expected a JSON list of {route?, key, salt, first}; the annotation has no effect',
    zh: '{at}：应为 JSON 列表，每项为 {route?, key, salt, first}；该注解未生效',
  },
  'routing.workloadSelector': {
    en: '{at}: a DestinationRule for selected workloads only is not supported by the built-in mesh; it has no effect',
    zh: '{at}：内置网格不支持只对部分工作负载生效的 DestinationRule；它未生效',
  },
  'routing.upstreamTls': {
    en: '{at}: the built-in mesh speaks plain text to pods; tls.mode {mode} has no effect',
    zh: '{at}：内置网格以明文访问 Pod；tls.mode {mode} 未生效',
  },
  'routing.notHonoured': {
    en: '{at}: {what} has no effect in the built-in mesh',
    zh: '{at}：{what} 在内置网格中不起作用',
  },
  'routing.badPattern': {
    en: '{at}: the pattern is not RE2 ({reason}); the condition can never hold',
    zh: '{at}：该正则不是合法的 RE2（{reason}），条件永远不会成立',
  },
  'routing.badFormat': {
    en: '{at}: unknown format command at "{piece}"; write %% for a percent sign. The header is not changed',
    zh: '{at}：“{piece}” 处是未知的格式命令；百分号请写作 %%。该请求头不会被修改',
  },
  'routing.badDuration': {
    en: '{at}: "{value}" is no duration such as 500ms, 2s or 1m30s; it counts as absent',
    zh: '{at}：“{value}” 不是时长（例如 500ms、2s、1m30s），视为未填写',
  },
  'routing.badGrpcStatus': {
    en: '{at}: "{value}" is no gRPC status such as UNAVAILABLE; no request is aborted',
    zh: '{at}：“{value}” 不是 gRPC 状态（例如 UNAVAILABLE）；不会中止任何请求',
  },
  'routing.badRedirectCode': {
    en: '{at}: redirect code {code} is not one of 301, 302, 303, 307, 308; requests are answered by 503',
    zh: '{at}：重定向状态码 {code} 不在 301、302、303、307、308 之中；请求将得到 503',
  },
  'routing.noWeight': {
    en: '{at}: no destination has a positive weight; requests are answered by 503',
    zh: '{at}：没有任何目标的权重大于 0；请求将得到 503',
  },
  'routing.noCluster': {
    en: '{at}: there is no destination {host} port {port} subset "{subset}"; requests for it are answered by 503',
    zh: '{at}：不存在目标 {host} 端口 {port} 子集 “{subset}”；发往它的请求会得到 503',
  },
  'routing.hostTaken': {
    en: '{at}: host {host} belongs to {owner}, which is older; for calls inside the mesh these rules have no effect',
    zh: '{at}：主机 {host} 已属于更早的 {owner}；对网格内部的调用，这些规则不生效',
  },
  'routing.gatewayTls': {
    en: '{at}: port {port} asks for TLS, which the gateway does not terminate yet; nothing listens there',
    zh: '{at}：端口 {port} 需要 TLS，网关暂不支持终结 TLS；该端口未监听',
  },
  'routing.gatewayProtocol': {
    en: '{at}: protocol {protocol} is unknown; expected HTTP, HTTP2, GRPC, TCP, MONGO, MYSQL, REDIS, HTTPS or TLS',
    zh: '{at}：未知协议 {protocol}；应为 HTTP、HTTP2、GRPC、TCP、MONGO、MYSQL、REDIS、HTTPS 或 TLS',
  },
  'routing.portConflict': {
    en: '{at}: port {port} is already served with another protocol by an older Gateway; this server is left out',
    zh: '{at}：端口 {port} 已被更早的 Gateway 以另一种协议占用；该 server 被忽略',
  },
  'routing.gatewayUnselected': {
    en: '{at}: no gateway has the labels {selector}; the built-in one has istio=ingressgateway. Nothing listens',
    zh: '{at}：没有任何网关带有标签 {selector}；内置网关的标签为 istio=ingressgateway。没有端口被监听',
  },
  'routing.http2AsTcp': {
    en: '{at}: port {port} speaks HTTP/2: connections are forwarded without looking inside, weights apply per connection',
    zh: '{at}：端口 {port} 使用 HTTP/2：连接按原样转发，权重按连接生效',
  },
  'routing.pastSplit': {
    en: '{at}: sends requests to {host} without a subset, past the split by version in {split}; all versions get them',
    zh: '{at}：把请求发往 {host} 而没有指定子集，绕过了 {split} 中按版本的分流；所有版本都会收到这些请求',
  },
  'routing.droppedPort': { en: 'port: expected {expected}, found {found}', zh: '端口：应为 {expected}，实为 {found}' },
  'routing.droppedGateway': {
    en: 'gateways: expected {expected}, found {found}',
    zh: '网关：应为 {expected}，实为 {found}',
  },
  'routing.droppedLabel': {
    en: 'caller\'s label {label}: expected "{expected}", found "{found}"',
    zh: '调用方标签 {label}：应为 “{expected}”，实为 “{found}”',
  },
  'routing.droppedNamespace': {
    en: "caller's namespace: expected {expected}, found {found}",
    zh: '调用方命名空间：应为 {expected}，实为 {found}',
  },
  'routing.droppedPattern': {
    en: '{field}: the pattern is not RE2 ({reason})',
    zh: '{field}：该正则不是合法的 RE2（{reason}）',
  },
  'routing.droppedBehind': {
    en: 'stands behind a rule that takes every request',
    zh: '位于一条匹配所有请求的规则之后',
  },
} as const;
