/** What the judge says: verdicts, findings, pace. */
export const verdictTexts = {
  'release.seconds': { en: '{count} s', zh: '{count} 秒' },
  'release.verdict.fail': {
    en: '{candidate} failed {candidateFailures} of {candidateRequests} requests ({candidateRate}), {stable} {stableFailures} of {stableRequests} ({stableRate}): the evidence for harm reached {evidence} (threshold {threshold})',
    zh: '{candidate} 在 {candidateRequests} 个请求中失败 {candidateFailures} 个（{candidateRate}），{stable} 在 {stableRequests} 个中失败 {stableFailures} 个（{stableRate}）：有害的证据达到 {evidence}（阈值 {threshold}）',
  },
  'release.verdict.failSlow': {
    en: '{candidate} answers too many requests slower than {boundMs} ms compared with {stable}: the evidence for harm reached {evidence} (threshold {threshold}) after {candidateRequests} requests',
    zh: '与 {stable} 相比，{candidate} 有过多请求慢于 {boundMs} 毫秒：经过 {candidateRequests} 个请求，有害的证据达到 {evidence}（阈值 {threshold}）',
  },
  'release.verdict.pass': {
    en: '{candidate} failed {candidateFailures} of {candidateRequests} requests ({candidateRate}), {stable} {stableFailures} of {stableRequests} ({stableRate}): shown to be worse by less than {margin} percentage points',
    zh: '{candidate} 在 {candidateRequests} 个请求中失败 {candidateFailures} 个（{candidateRate}），{stable} 在 {stableRequests} 个中失败 {stableFailures} 个（{stableRate}）：已证明最多只差 {margin} 个百分点',
  },
  'release.verdict.inconclusive': {
    en: '{candidate} failed {candidateFailures} of {candidateRequests} requests ({candidateRate}), {stable} {stableFailures} of {stableRequests} ({stableRate}): no harm shown (evidence {evidence} of {threshold}), and not yet shown to be safe within {margin} percentage points (proof {proof} of {needed})',
    zh: '{candidate} 在 {candidateRequests} 个请求中失败 {candidateFailures} 个（{candidateRate}），{stable} 在 {stableRequests} 个中失败 {stableFailures} 个（{stableRate}）：未发现有害（证据 {evidence}，阈值 {threshold}），也尚未证明差距在 {margin} 个百分点以内（证明 {proof}，需要 {needed}）',
  },
  'release.verdict.noRequestsYet': {
    en: '{candidate} has answered no request yet at {share} of the traffic',
    zh: '{candidate} 在 {share} 的流量下还没有应答过任何请求',
  },
  'release.finding.invalidCounts': {
    en: 'The counts contradict themselves (candidate {failures} failures of {requests} requests, stable {stableFailures} of {stableRequests}); they were not used',
    zh: '计数自相矛盾（候选版 {requests} 个请求中失败 {failures}，稳定版 {stableRequests} 个请求中失败 {stableFailures}），未被采用',
  },
  'release.finding.neverCounted': {
    en: 'No counts have arrived yet; nothing is decided without them',
    zh: '还没有收到任何计数；没有计数不作任何决定',
  },
  'release.finding.stale': {
    en: 'The newest counts are {age} old (limit {limit}); nothing is decided until they come again',
    zh: '最新的计数已是 {age} 之前的（上限 {limit}）；恢复之前不作任何决定',
  },
  'release.finding.bothSilent': {
    en: 'No requests for {since}; the clocks stand still until traffic comes',
    zh: '已有 {since} 没有请求；流量到来之前计时停止',
  },
  'release.finding.candidateSilent': {
    en: '{candidate} has answered nothing for {since} although about {expected} requests were due; tolerated for {timeout}',
    zh: '{candidate} 已有 {since} 没有任何应答，而此间应有约 {expected} 个请求；最多容忍 {timeout}',
  },
  'release.finding.mismatch': {
    en: '{candidate} got {observed} of {requests} requests where the router was told {share}; the comparison is not valid until the shares agree',
    zh: '路由设定为 {share}，而 {candidate} 在 {requests} 个请求中实际得到 {observed}；两者一致之前，比较无效',
  },
  'release.finding.outage': {
    en: '{stable} itself fails {rate} of its requests now (usually {usual}); the weight does not grow meanwhile, and harm is still looked for',
    zh: '{stable} 自身目前失败 {rate}（平时 {usual}）；此间不再加大权重，但仍继续判断是否有害',
  },
  'release.finding.onePod': {
    en: '{part} of the {failures} failures of {candidate} come from the pod {pod}, one of {pods}: replace it before blaming the version',
    zh: '{candidate} 的 {failures} 次失败中有 {part} 来自 Pod {pod}（共 {pods} 个）：在归咎于版本之前先替换它',
  },
  'release.finding.suspicion': {
    en: '{candidate} is suspected: the evidence for harm stands at {evidence} (taken back at {threshold}, no larger share above {enough})',
    zh: '{candidate} 有嫌疑：有害证据为 {evidence}（达到 {threshold} 即撤回，高于 {enough} 时不再放量）',
  },
  'release.finding.latencyBoundary': {
    en: 'Slow means slower than {bound} ms, the boundary of the latency buckets nearest to {limit} ms',
    zh: '“慢”指慢于 {bound} 毫秒，即最接近 {limit} 毫秒的延迟桶边界',
  },
  'release.pace.noLookYet': {
    en: 'Waits for the first counts',
    zh: '等待第一批计数',
  },
  'release.pace.notInForce': {
    en: 'Waits until {weight}% is in force and counted',
    zh: '等待 {weight}% 生效并开始计数',
  },
  'release.pace.dwell': {
    en: 'Stays at {weight}% for at least {wanted} of traffic: {left} left',
    zh: '在 {weight}% 至少停留 {wanted}（有流量的时间）：还剩 {left}',
  },
  'release.pace.bake': {
    en: 'Stays at {weight}%, the last weight with a version to compare with, for {wanted}: {left} left',
    zh: '在 {weight}%（仍可对照的最后一个权重）停留 {wanted}：还剩 {left}',
  },
  'release.pace.proven': {
    en: '{candidate} is shown to be worse by less than {margin} percentage points ({candidateRate} failed, stable {stableRate}; proof {proof}, needed {needed}): on to {next}%',
    zh: '已证明 {candidate} 最多只差 {margin} 个百分点（失败 {candidateRate}，稳定版 {stableRate}；证明 {proof}，需要 {needed}）：进入 {next}%',
  },
  'release.pace.collecting': {
    en: 'For {next}% it must be shown that {candidate} is worse by less than {margin} percentage points: proof {proof} of {needed} after {candidateRequests} requests at {weight}% ({candidateRate} failed, stable {stableRate}); at most {left} more',
    zh: '进入 {next}% 之前须证明 {candidate} 最多只差 {margin} 个百分点：在 {weight}% 经过 {candidateRequests} 个请求（失败 {candidateRate}，稳定版 {stableRate}），证明为 {proof}，需要 {needed}；最多再等 {left}',
  },
  'release.pace.timeBoxWithin': {
    en: 'After {stayed} at {weight}% proof is missing ({proof} of {needed}), but {candidate} is measured {excess} percentage points worse, within {margin}, and nothing points to harm: on to {next}%',
    zh: '在 {weight}% 停留 {stayed} 后证明仍不足（{proof}，需要 {needed}），但测得 {candidate} 差 {excess} 个百分点，在 {margin} 以内，也没有有害的迹象：进入 {next}%',
  },
  'release.pace.timeBoxPromote': {
    en: 'After {stayed} at {weight}% nothing is proven ({proof} of {needed}); the release says to go on (onInconclusive: promote): on to {next}%',
    zh: '在 {weight}% 停留 {stayed} 后仍无结论（{proof}，需要 {needed}）；按发布的设定继续（onInconclusive: promote）：进入 {next}%',
  },
  'release.pace.timeBoxRollback': {
    en: 'After {stayed} at {weight}% nothing is proven ({proof} of {needed}; {excess} percentage points worse, margin {margin}); the release says to go back (onInconclusive: rollback)',
    zh: '在 {weight}% 停留 {stayed} 后仍无结论（{proof}，需要 {needed}；差 {excess} 个百分点，界限 {margin}）；按发布的设定退回（onInconclusive: rollback）',
  },
  'release.pace.timeBoxHold': {
    en: 'After {stayed} at {weight}% nothing is proven ({proof} of {needed}; {excess} percentage points worse, margin {margin}); waits for proof or for someone to promote or abort',
    zh: '在 {weight}% 停留 {stayed} 后仍无结论（{proof}，需要 {needed}；差 {excess} 个百分点，界限 {margin}）；等待证明，或等人决定推进或中止',
  },
  'release.counts.badCursor': {
    en: 'The place in the counts of the mesh cannot be read',
    zh: '无法读取网格计数的位置标记',
  },
} as const;
