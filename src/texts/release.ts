export const releaseTexts = {
  'release.plan.setWeight': { en: 'give the candidate {weight}% of the traffic', zh: '给候选版 {weight}% 的流量' },
  'release.plan.setWeightLook': {
    en: 'give the candidate {weight}% of the traffic and watch it for at least {seconds} s',
    zh: '给候选版 {weight}% 的流量，并至少观察 {seconds} 秒',
  },
  'release.plan.wait': { en: 'stay for {seconds} s of traffic', zh: '停留 {seconds} 秒（仅计有流量的时间）' },
  'release.plan.waitForResume': { en: 'stay until someone resumes', zh: '停留，直到有人继续' },
  'release.plan.approve': { en: 'wait for an approval', zh: '等待批准' },
  'release.plan.approveBy': { en: 'wait for an approval by one of: {by}', zh: '等待以下之一批准：{by}' },
  'release.plan.auto': {
    en: 'raise the weight as the evidence allows, along {weights}%, and stay {bake} s at the last one',
    zh: '随证据逐步提高权重（{weights}%），并在最后一级停留 {bake} 秒',
  },
  'release.plan.promote': {
    en: 'give the candidate all traffic; it becomes stable',
    zh: '把全部流量给候选版，使其成为稳定版',
  },
  'release.invalid.duration': {
    en: '{field} is not a duration: {found} (write 30s, 2m or 1h30m)',
    zh: '{field} 不是时长：{found}（请写成 30s、2m 或 1h30m）',
  },
} as const;
