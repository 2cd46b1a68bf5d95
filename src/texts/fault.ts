export const faultTexts = {
  'fault.notFound': {
    en: '{kind} {name} does not exist in namespace {namespace}',
    zh: '命名空间 {namespace} 中没有 {kind} {name}',
  },
  'fault.conflict': { en: '{object} was changed by someone else meanwhile', zh: '{object} 同时被别人修改了' },
  'fault.exists': { en: '{object} exists already', zh: '{object} 已经存在' },
  'fault.system.EACCES': { en: 'permission denied', zh: '没有权限' },
  'fault.system.EEXIST': { en: 'something else has this name already', zh: '这个名字已被别的东西占用' },
  'fault.system.EISDIR': { en: 'it is a folder', zh: '它是目录' },
  'fault.system.ENOENT': { en: 'it does not exist', zh: '它不存在' },
  'fault.system.ENOSPC': { en: 'the disk is full', zh: '磁盘已满' },
  'fault.system.ENOTDIR': { en: 'a part of the path is no folder', zh: '路径中有一段不是目录' },
  'fault.system.EPERM': { en: 'not permitted', zh: '不允许' },
  'fault.system.EROFS': { en: 'the disk is read-only', zh: '磁盘为只读' },
  'fault.foreign': { en: '{detail}', zh: '{detail}' },
} as const;
