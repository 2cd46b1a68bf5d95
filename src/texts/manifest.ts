export const manifestTexts = {
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
} as const;
