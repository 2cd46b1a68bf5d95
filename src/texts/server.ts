export const serverTexts = {
  'server.noToken': { en: 'this request shows no valid access token', zh: '请求没有带有效的访问令牌' },
  'server.noTokenRemedy': {
    en: 'send the content of the file `token` in the data folder as `Authorization: Bearer …`',
    zh: '把数据目录中 token 文件的内容作为 `Authorization: Bearer …` 发送',
  },
  'server.wrongHost': {
    en: 'requests for host {host} are not answered here',
    zh: '这里不接受发往主机 {host} 的请求',
  },
  'server.wrongHostRemedy': {
    en: 'call the control API as 127.0.0.1, localhost or [::1] with its port',
    zh: '请用 127.0.0.1、localhost 或 [::1] 加端口访问控制接口',
  },
  'server.wrongOrigin': {
    en: 'pages of {origin} may not call the control API',
    zh: '来自 {origin} 的网页不能调用控制接口',
  },
  'server.noRoute': { en: '{method} {path} is no part of the control API', zh: '控制接口没有 {method} {path}' },
  'server.noRouteRemedy': { en: 'see /openapi.json for what there is', zh: '可用接口见 /openapi.json' },
  'server.badRequest': { en: 'the request does not fit: {detail}', zh: '请求不符合要求：{detail}' },
  'server.tooLarge': { en: 'the request is larger than {limit} bytes', zh: '请求超过 {limit} 字节' },
  'server.internal': {
    en: 'the control plane made a mistake (request {request}); its log says more',
    zh: '控制平面内部出错（请求 {request}），详情见其日志',
  },
  'server.noTable': {
    en: 'no routing table has been compiled yet, so there is nothing to test against',
    zh: '还没有编译出路由表，暂时无法测试',
  },
  'server.noListener': {
    en: 'nothing listens for requests to {authority}',
    zh: '没有监听器接收发往 {authority} 的请求',
  },
  'server.noCaller': {
    en: 'no workload {workload} runs in namespace {namespace}, so nothing is sent from it',
    zh: '命名空间 {namespace} 中没有运行中的工作负载 {workload}，因此它不会发出请求',
  },
  'server.noListenerRemedy': {
    en: 'check the host and port; `serin status` shows open addresses, `serin get svc` the services',
    zh: '请检查主机和端口；`serin status` 列出对外地址，`serin get svc` 列出服务',
  },
  'server.slowClient': {
    en: 'the watch was closed because its reader fell {events} events behind',
    zh: '读取方落后 {events} 个事件，监听已关闭',
  },
  'server.portTaken': { en: 'port {port} is taken by another program', zh: '端口 {port} 已被别的程序占用' },
  'server.portTakenRemedy': {
    en: 'choose another one with --port, or 0 for any free one',
    zh: '用 --port 换一个端口，0 表示任意空闲端口',
  },
} as const;
