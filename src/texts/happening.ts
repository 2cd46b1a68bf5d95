/** Events and conditions of workloads: in English as Kubernetes words them, so that articles and tools recognise them. */
export const happeningTexts = {
  'happening.plain': { en: '{text}', zh: '{text}' },
  'happening.scaledUp': {
    en: 'Scaled up replica set {name} from {from} to {to}',
    zh: '副本集 {name} 已从 {from} 个副本扩容到 {to} 个',
  },
  'happening.scaledDown': {
    en: 'Scaled down replica set {name} from {from} to {to}',
    zh: '副本集 {name} 已从 {from} 个副本缩容到 {to} 个',
  },
  'happening.badAnnotation': {
    en: 'annotation {annotation} must be a whole number, found "{found}"; nothing is scaled',
    zh: '注解 {annotation} 必须是整数，实为“{found}”；不做伸缩',
  },
  'happening.createdPod': { en: 'Created pod: {name}', zh: '已创建 Pod：{name}' },
  'happening.deletedPod': { en: 'Deleted pod: {name}', zh: '已删除 Pod：{name}' },
  'happening.createFailed': { en: 'Error creating: {problem}', zh: '创建失败：{problem}' },
  'happening.deleteFailed': { en: 'Error deleting: {problem}', zh: '删除失败：{problem}' },

  'happening.releaseOwned': {
    en: 'Release "{release}" runs the versions of this deployment',
    zh: '此 Deployment 的各版本由发布 {release} 运行',
  },
  'happening.paused': { en: 'Deployment is paused', zh: 'Deployment 已暂停' },
  'happening.resumed': { en: 'Deployment is resumed', zh: 'Deployment 已继续' },
  'happening.available': { en: 'Deployment has minimum availability.', zh: 'Deployment 已达到最低可用数。' },
  'happening.notAvailable': {
    en: 'Deployment does not have minimum availability.',
    zh: 'Deployment 未达到最低可用数。',
  },
  'happening.progressed': {
    en: '{kind} "{name}" has successfully progressed.',
    zh: '{kind} {name} 已更新完成。',
  },
  'happening.progressing': { en: '{kind} "{name}" is progressing.', zh: '{kind} {name} 正在更新。' },
  'happening.late': { en: '{kind} "{name}" has timed out progressing.', zh: '{kind} {name} 在期限内没有更新完成。' },
  'happening.createdSet': { en: 'Created new replica set "{name}"', zh: '已创建新的副本集 {name}' },
  'happening.foundSet': { en: 'Found new replica set "{name}"', zh: '已找到新的副本集 {name}' },

  'happening.notReady': {
    en: 'containers with unready status: [{names}]',
    zh: '尚未就绪的容器：[{names}]',
  },
  'happening.notInitialized': {
    en: 'containers with incomplete status: [{names}]',
    zh: '尚未完成的初始化容器：[{names}]',
  },
  'happening.ending': { en: 'the pod is being deleted', zh: 'Pod 正在删除' },
  'happening.noAddress': { en: 'no address was given yet', zh: '尚未分配地址' },
  'happening.notices': { en: '{notices}', zh: '{notices}' },
  'happening.backOff': {
    en: 'back-off {seconds}s restarting failed container {container}',
    zh: '容器 {container} 失败，{seconds} 秒后重启',
  },
  'happening.endUnseen': {
    en: 'the process ended while it was not our child; its exit code is not known',
    zh: '进程在脱离本程序期间结束，退出码未知',
  },

  'happening.unhealthy.Readiness': { en: 'Readiness probe failed: {finding}', zh: '就绪探针失败：{finding}' },
  'happening.unhealthy.Liveness': { en: 'Liveness probe failed: {finding}', zh: '存活探针失败：{finding}' },
  'happening.unhealthy.Startup': { en: 'Startup probe failed: {finding}', zh: '启动探针失败：{finding}' },
  'happening.doomed.Readiness': {
    en: 'container {container} failed its readiness probe and is ended: {finding}',
    zh: '容器 {container} 的就绪探针失败，将被结束：{finding}',
  },
  'happening.doomed.Liveness': {
    en: 'container {container} failed its liveness probe and is ended: {finding}',
    zh: '容器 {container} 的存活探针失败，将被结束：{finding}',
  },
  'happening.doomed.Startup': {
    en: 'container {container} failed its startup probe and is ended: {finding}',
    zh: '容器 {container} 的启动探针失败，将被结束：{finding}',
  },
  'happening.hookFailed': { en: 'container {container}: {finding}', zh: '容器 {container}：{finding}' },
  'happening.noEnvironment': {
    en: 'the environment of the container cannot be made',
    zh: '无法准备容器的环境变量',
  },
  'happening.noPort': { en: 'no port {port}', zh: '没有端口 {port}' },
  'happening.refused': { en: 'connection refused at {address}', zh: '{address} 拒绝连接' },
  'happening.noConnection': { en: 'no connection within {ms} ms', zh: '{ms} 毫秒内未能建立连接' },
  'happening.noAnswer': { en: 'no answer within {ms} ms', zh: '{ms} 毫秒内没有应答' },
  'happening.badStatus': { en: 'HTTP status {status}', zh: 'HTTP 状态码 {status}' },
  'happening.badHealth': {
    en: 'grpc-status {status}, health status {health}',
    zh: 'grpc-status 为 {status}，健康状态为 {health}',
  },
  'happening.commandFailed': { en: 'command failed ({code}): {output}', zh: '命令失败（{code}）：{output}' },
  'happening.noEnd': { en: 'no end within {ms} ms', zh: '{ms} 毫秒内没有结束' },
} as const;
