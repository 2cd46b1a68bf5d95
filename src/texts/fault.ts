export const faultTexts = {
  'fault.notFound': {
    en: '{kind} {name} does not exist in namespace {namespace}',
    zh: '命名空间 {namespace} 中没有 {kind} {name}',
  },
  'fault.conflict': { en: '{object} was changed by someone else meanwhile', zh: '{object} 同时被别人修改了' },
  'fault.exists': { en: '{object} exists already', zh: '{object} 已经存在' },
  'fault.foreign': { en: '{detail}', zh: '{detail}' },
} as const;
