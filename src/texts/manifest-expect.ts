/** What was expected where a manifest holds something else; each completes "expected …". */
export const manifestExpectTexts = {
  'manifest.expect.text': { en: 'a text', zh: '文本' },
  'manifest.expect.whole': { en: 'a whole number', zh: '整数' },
  'manifest.expect.number': { en: 'a number', zh: '数字' },
  'manifest.expect.flag': { en: 'true or false', zh: 'true 或 false' },
  'manifest.expect.list': { en: 'a list', zh: '列表' },
  'manifest.expect.map': { en: 'a map of fields', zh: '由字段组成的映射' },
  'manifest.expect.wholeOrText': { en: 'a whole number or a text', zh: '整数或文本' },
  'manifest.expect.other': { en: 'a value of type {type}', zh: '{type} 类型的值' },
  'manifest.expect.oneOf': { en: 'one of {values}', zh: '以下之一：{values}' },
  'manifest.expect.nonEmpty': { en: 'a text that is not empty', zh: '非空文本' },
  'manifest.expect.count': { en: 'a whole number from 0 on', zh: '不小于 0 的整数' },
  'manifest.expect.positive': { en: 'a whole number from 1 on', zh: '不小于 1 的整数' },
  'manifest.expect.between': { en: 'a number from {min} to {max}', zh: '{min} 到 {max} 之间的数' },
  'manifest.expect.dnsLabel': {
    en: 'lower-case letters, digits and `-`, at most 63 characters',
    zh: '小写字母、数字和 `-`，最多 63 个字符',
  },
  'manifest.expect.dnsName': {
    en: 'lower-case letters, digits, `-` and `.`, at most 253 characters',
    zh: '小写字母、数字、`-` 和 `.`，最多 253 个字符',
  },
  'manifest.expect.port': { en: 'a port number from 1 to 65535', zh: '1 到 65535 的端口号' },
  'manifest.expect.portName': {
    en: 'a port name: lower-case letters, digits and `-`, at least one letter, at most 15 characters',
    zh: '端口名：小写字母、数字和 `-`，至少一个字母，最多 15 个字符',
  },
  'manifest.expect.portRef': {
    en: 'a port number from 1 to 65535 or the name of a port',
    zh: '1 到 65535 的端口号，或端口名',
  },
  'manifest.expect.countOrPercent': {
    en: 'a whole number from 0 on, or a percentage such as 25%',
    zh: '不小于 0 的整数，或 25% 这样的百分比',
  },
  'manifest.expect.labelKey': {
    en: 'a key such as app or example.com/app; the part behind the slash has at most 63 letters, digits, `-`, `_` and `.`',
    zh: 'app 或 example.com/app 这样的键；斜杠后最多 63 个字母、数字、`-`、`_`、`.`',
  },
  'manifest.expect.labelValue': {
    en: 'at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends',
    zh: '最多 63 个字母、数字、`-`、`_`、`.`，首尾必须是字母或数字',
  },
  'manifest.expect.base64': { en: 'base64', zh: 'base64 编码' },
  'manifest.expect.duration': {
    en: 'a time of at least 1ms in whole milliseconds, such as 500ms, 2s or 1m',
    zh: '至少 1ms 且为整毫秒的时间，如 500ms、2s、1m',
  },
  'manifest.expect.durationOrZero': {
    en: 'a time in whole milliseconds, such as 0s, 500ms or 2s',
    zh: '整毫秒的时间，如 0s、500ms、2s',
  },
  'manifest.expect.time': { en: 'a time such as 30s, 2m or 1h30m', zh: '时间，如 30s、2m、1h30m' },
  'manifest.expect.host': {
    en: 'a DNS name, `*` alone or as its first label, or an IP address',
    zh: 'DNS 名称（可以是 `*`，或首段为 `*`），或 IP 地址',
  },
  'manifest.expect.destinationHost': { en: 'the name of a service', zh: '服务名' },
  'manifest.expect.serverHost': {
    en: 'a host, with `namespace/`, `./` or `*/` before it if wanted',
    zh: '主机名，前面可以加 `命名空间/`、`./` 或 `*/`',
  },
  'manifest.expect.exportTo': { en: '`.`, `*` or the name of a namespace', zh: '`.`、`*` 或命名空间名' },
  'manifest.expect.gateway': {
    en: 'mesh, the name of a Gateway, or namespace/name',
    zh: 'mesh、Gateway 的名字，或 命名空间/名字',
  },
  'manifest.expect.bind': { en: 'an IP address or unix:PATH', zh: 'IP 地址或 unix:路径' },
  'manifest.expect.percent': { en: '0, or a percentage from 0.0001 to 100', zh: '0，或 0.0001 到 100 的百分比' },
  'manifest.expect.weight': {
    en: 'a percentage from 0 to 100 with at most two decimals',
    zh: '0 到 100 的百分比，最多两位小数',
  },
  'manifest.expect.regex': {
    en: 'an RE2 pattern, not empty, at most {max} characters',
    zh: '非空的 RE2 正则，最多 {max} 个字符',
  },
  'manifest.expect.headerName': { en: 'the name of a header', zh: 'HTTP 头的名字' },
  'manifest.expect.headerValue': {
    en: 'text without control characters; a literal % is written %%',
    zh: '不含控制字符的文本；字面的 % 写作 %%',
  },
  'manifest.expect.retryOn': {
    en: 'words joined by commas without spaces, from: {values}; or status codes',
    zh: '用逗号连接、不含空格的词：{values}；或状态码',
  },
  'manifest.expect.prime': { en: '0 or a prime number below {max}', zh: '0，或小于 {max} 的质数' },
} as const;
