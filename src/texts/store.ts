export const storeTexts = {
  'store.namespaceMissing': {
    en: 'namespace {namespace} does not exist, so {object} cannot be created',
    zh: '命名空间 {namespace} 不存在，无法创建 {object}',
  },
  'store.namespaceMissingRemedy': {
    en: 'create the namespace first, or put it into the same files',
    zh: '先创建该命名空间，或把它写进同一批文件',
  },
  'store.namespaceEnding': {
    en: 'namespace {namespace} is being deleted, so {object} cannot be created',
    zh: '命名空间 {namespace} 正在删除，无法创建 {object}',
  },
  'store.namespaceKept': {
    en: 'namespace {namespace} belongs to the system and cannot be deleted',
    zh: '命名空间 {namespace} 属于系统，不能删除',
  },
  'store.ownerGone': {
    en: '{object} names an owner that does not exist any more',
    zh: '{object} 引用的所有者已经不存在',
  },
  'store.ending': {
    en: '{object} is being deleted; finalizers cannot be added any more',
    zh: '{object} 正在删除，不能再添加 finalizer',
  },
  'store.immutable': {
    en: '{field} of {object} cannot be changed',
    zh: '{object} 的 {field} 不能修改',
  },
  'store.immutableRemedy': {
    en: 'delete the object and create it anew, or choose another name',
    zh: '删除该对象后重新创建，或换一个名字',
  },
  'store.busy': {
    en: 'another control plane is using {path}',
    zh: '另一个控制平面正在使用 {path}',
  },
  'store.busyRemedy': {
    en: 'stop it with `serin down`, or choose another folder with --data',
    zh: '用 `serin down` 停止它，或用 --data 选择另一个目录',
  },
  'store.newer': {
    en: '{path} was written by a newer version of Serin (format {found}, this one knows {known})',
    zh: '{path} 由更新版本的 Serin 写成（格式 {found}，当前版本只认识 {known}）',
  },
  'store.newerRemedy': {
    en: 'run the newer version again; nothing in the file was changed',
    zh: '请改用更新的版本；文件内容没有被改动',
  },
  'store.foreign': {
    en: '{path} is no store of Serin',
    zh: '{path} 不是 Serin 的存储文件',
  },
  'store.foreignRemedy': {
    en: 'choose another folder with --data, or bring the file back from a copy; nothing in it was changed',
    zh: '用 --data 选择另一个目录，或从备份恢复该文件；文件内容没有被改动',
  },
  'store.unreadableRow': {
    en: 'the stored {object} cannot be read; it is kept as it is and cannot be overwritten',
    zh: '已存储的 {object} 无法读取；它被原样保留，不能覆盖',
  },
  'store.failed': {
    en: 'the store could not write to {path}; nothing of the batch was kept',
    zh: '存储无法写入 {path}；这一批改动全部没有保留',
  },
  'store.closed': { en: 'the store is closed', zh: '存储已经关闭' },
  'store.watchTooOld': {
    en: 'the history before version {since} is gone; list again',
    zh: '版本 {since} 之前的历史已经清除，请重新列出',
  },
} as const;
