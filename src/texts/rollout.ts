export const rolloutTexts = {
  'rollout.done': {
    en: 'deployment "{name}" successfully rolled out',
    zh: '部署 "{name}" 已成功更新完毕',
  },
  'rollout.late': {
    en: 'deployment "{name}" exceeded its progress deadline',
    zh: '部署 "{name}" 超过了进度期限仍未取得进展',
  },
  'rollout.released': {
    en: 'deployment "{name}" is rolled out by release {release}; see `serin watch {release}`',
    zh: '部署 "{name}" 由发布 {release} 更新；请查看 `serin watch {release}`',
  },
  'rollout.unseen': {
    en: 'Waiting for deployment "{name}" spec update to be observed...',
    zh: '正在等待部署 "{name}" 的改动被处理……',
  },
  'rollout.paused': {
    en: 'deployment "{name}" is paused: {have} out of {want} new replicas have been updated',
    zh: '部署 "{name}" 已暂停：{want} 个新副本中已更新 {have} 个',
  },
  'rollout.updating': {
    en: 'Waiting for deployment "{name}" rollout to finish: {have} out of {want} new replicas have been updated...',
    zh: '正在等待部署 "{name}" 更新完成：{want} 个新副本中已更新 {have} 个……',
  },
  'rollout.ending': {
    en: 'Waiting for deployment "{name}" rollout to finish: {have} old replicas are pending termination...',
    zh: '正在等待部署 "{name}" 更新完成：还有 {have} 个旧副本等待终止……',
  },
  'rollout.starting': {
    en: 'Waiting for deployment "{name}" rollout to finish: {have} of {want} updated replicas are available...',
    zh: '正在等待部署 "{name}" 更新完成：{want} 个新副本中有 {have} 个可用……',
  },
  'rollout.pausedUndo': {
    en: 'deployment "{name}" is paused and cannot be undone',
    zh: '部署 "{name}" 已暂停，不能回退',
  },
  'rollout.pausedRestart': {
    en: 'deployment "{name}" is paused and cannot be restarted',
    zh: '部署 "{name}" 已暂停，不能重启',
  },
  'rollout.resumeFirst': {
    en: 'run `serin rollout resume deployment {name}` first',
    zh: '请先运行 `serin rollout resume deployment {name}`',
  },
  'rollout.noRevision': {
    en: 'deployment "{name}" has no revision {revision}',
    zh: '部署 "{name}" 没有修订版本 {revision}',
  },
  'rollout.noEarlier': {
    en: 'deployment "{name}" has no earlier revision to go back to',
    zh: '部署 "{name}" 没有可回退的更早修订版本',
  },
  'rollout.replicaMismatch': {
    en: '{object} has {found} replicas, not {expected}; nothing was changed',
    zh: '{object} 有 {found} 个副本，而不是 {expected} 个；未做任何改动',
  },
  'rollout.badReplicas': {
    en: 'the number of replicas must be a whole number of at least 0, found {found}',
    zh: '副本数必须是不小于 0 的整数，实际为 {found}',
  },
  'rollout.noContainer': {
    en: '{object} has no container {container}',
    zh: '{object} 中没有容器 {container}',
  },
  'rollout.notScalable': {
    en: '{kind} cannot be scaled',
    zh: '{kind} 不能伸缩',
  },
} as const;
