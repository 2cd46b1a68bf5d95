export const workloadTexts = {
  'workload.configUnreadable': {
    en: 'the configuration file {file} cannot be read: {problem}',
    zh: '无法读取配置文件 {file}：{problem}',
  },
  'workload.expectSize': { en: 'a size such as 10Mi', zh: '大小，如 10Mi' },
  'workload.expectPort': { en: 'a port from 1024 to 65535', zh: '1024 到 65535 的端口' },
  'workload.expectRange': { en: '`from` smaller than `to`', zh: '`from` 小于 `to`' },
  'workload.configRemedy': {
    en: 'known keys here: {keys}',
    zh: '此处可用的键：{keys}',
  },
  'workload.rangeFull': {
    en: 'no free address or port is left for {owner}',
    zh: '没有可分配给 {owner} 的空闲地址或端口',
  },
  'workload.rangeFullRemedy': {
    en: 'widen `ports` in serin.yaml or end what is no longer needed',
    zh: '请在 serin.yaml 中扩大 `ports` 范围，或停止不再需要的工作负载',
  },
  'workload.noCommand': {
    en: 'image {image} has no command on this machine; add to serin.yaml: images: [{match: "{pattern}", command: [PROGRAM, ARGUMENT…]}]',
    zh: '镜像 {image} 在本机没有对应的命令；请在 serin.yaml 中添加：images: [{match: "{pattern}", command: [程序, 参数…]}]',
  },
  'workload.noImage': {
    en: 'container {container} has neither command nor image',
    zh: '容器 {container} 既没有 command 也没有 image',
  },
  'workload.missingMap': { en: '{kind} {name} does not exist', zh: '{kind} {name} 不存在' },
  'workload.missingKey': { en: '{kind} {name} has no key {entry}', zh: '{kind} {name} 中没有键 {entry}' },
  'workload.unknownField': { en: 'unknown field path {path}', zh: '未知的字段路径 {path}' },
  'workload.unknownResource': {
    en: 'env {env}: {resource} is not known on one machine; the variable is left out',
    zh: '环境变量 {env}：单机上没有 {resource}，该变量被省略',
  },
  'workload.resourceFromMachine': {
    en: 'env {env} tells {resource}, which is not enforced on one machine',
    zh: '环境变量 {env} 给出 {resource}，但单机上并不强制执行该值',
  },
  'workload.invalidEnvName': {
    en: '{kind} {name}: key {entry} is no valid variable name and is left out',
    zh: '{kind} {name}：键 {entry} 不是有效的变量名，已省略',
  },
  'workload.portRewritten': {
    en: 'container {container}: PORT is set to its container port {nominal}; the process gets {real} instead, which is its port on this machine',
    zh: '容器 {container}：PORT 被设为容器端口 {nominal}；进程实际得到本机端口 {real}',
  },
  'workload.portSilent': {
    en: 'container {container}: nothing listens at {address}:{real} for container port {nominal}; the program must listen on the port in PORT or PORT_{nominal}',
    zh: '容器 {container}：容器端口 {nominal} 对应的 {address}:{real} 没有程序监听；程序必须监听环境变量 PORT 或 PORT_{nominal} 给出的端口',
  },
  'workload.workingDirMissing': {
    en: 'container {container}: working folder {path} does not exist here; {used} is used',
    zh: '容器 {container}：工作目录 {path} 在本机不存在，改用 {used}',
  },
  'workload.limitsIgnored': {
    en: 'container {container}: resource requests and limits are not enforced on one machine',
    zh: '容器 {container}：单机上不强制执行资源请求与限制',
  },
  'workload.securityIgnored': {
    en: '{where}: securityContext has no effect; processes run as the user who started Serin',
    zh: '{where}：securityContext 不起作用；进程以启动 Serin 的用户身份运行',
  },
  'workload.protocolIgnored': {
    en: 'container {container}: {protocol} port {port} is not carried; only TCP is',
    zh: '容器 {container}：不转发 {protocol} 端口 {port}，仅支持 TCP',
  },
  'workload.hostPortIgnored': {
    en: 'container {container}: hostPort {port} is not opened; use a Service of type NodePort',
    zh: '容器 {container}：不会打开 hostPort {port}；请使用 NodePort 类型的 Service',
  },
  'workload.hostPathIgnored': {
    en: 'volume {volume}: hostPath {path} is used as it is on this machine',
    zh: '卷 {volume}：直接使用本机路径 {path}',
  },
  'workload.volumeUnsupported': {
    en: 'volume {volume}: this kind of volume does not exist on one machine; an empty folder stands in',
    zh: '卷 {volume}：单机上没有这种卷，以空目录代替',
  },
  'workload.mountElsewhere': {
    en: 'container {container}: {path} cannot be mounted for a process; volume {volume} is at the path in {variable}',
    zh: '容器 {container}：无法为进程挂载 {path}；卷 {volume} 的路径在环境变量 {variable} 中',
  },
  'workload.mountTaken': {
    en: 'container {container}: {path} exists already and stays as it is; volume {volume} is at the path in {variable}',
    zh: '容器 {container}：{path} 已存在，保持不变；卷 {volume} 的路径在环境变量 {variable} 中',
  },
  'workload.ttyIgnored': {
    en: 'container {container}: stdin and tty are not offered',
    zh: '容器 {container}：不提供 stdin 与 tty',
  },
  'workload.fieldsIgnored': {
    en: 'fields without effect on one machine: {fields}',
    zh: '单机上不起作用的字段：{fields}',
  },
  'workload.logContainer': {
    en: 'pod {pod} has several containers: {containers}',
    zh: 'Pod {pod} 有多个容器：{containers}',
  },
  'workload.logContainerRemedy': { en: 'name one of them', zh: '请指定其中一个' },
  'workload.logNoContainer': { en: 'pod {pod} has no container {container}', zh: 'Pod {pod} 中没有容器 {container}' },
  'workload.logNone': {
    en: 'pod {pod} has no log of container {container} on this machine',
    zh: '本机没有 Pod {pod} 的容器 {container} 的日志',
  },
} as const;
