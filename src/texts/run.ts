/** What the release machine says: why it waits and what ends it, what it did and why, what it refuses. */
export const runTexts = {
  'run.hold.paused': { en: 'paused by {by}', zh: '已由 {by} 暂停' },
  'run.hold.pausedBecause': { en: 'paused by {by}: {why}', zh: '已由 {by} 暂停：{why}' },
  'run.hold.byHand': { en: '{by} set the weight to {weight}% by hand', zh: '{by} 手动把权重设为 {weight}%' },
  'run.hold.wait': { en: 'the plan waits here until someone resumes', zh: '计划在此等待，直到有人继续' },
  'run.hold.approval': { en: 'the plan asks for an approval', zh: '计划要求批准' },
  'run.hold.metrics': { en: 'counts cannot be read: {problem}', zh: '无法读取请求计数：{problem}' },
  'run.hold.capacity': {
    en: '{version} has {ready} of {need} pods ready that its share needs',
    zh: '{version} 的流量份额需要 {need} 个就绪的 Pod，目前 {ready} 个',
  },
  'run.hold.stable': {
    en: 'stable {version} has only {ready} of {need} pods ready, so it could not take everything back',
    zh: '稳定版 {version} 只有 {ready}/{need} 个 Pod 就绪，无法随时接回全部流量',
  },
  'run.hold.route': {
    en: 'the router has not confirmed {weight}% yet',
    zh: '路由器尚未确认 {weight}%',
  },
  'run.hold.routeFailed': { en: 'the router cannot be read: {problem}', zh: '无法读取路由器：{problem}' },
  'run.ends.resume': { en: '`serin resume` or `serin promote`', zh: '执行 `serin resume` 或 `serin promote`' },
  'run.ends.approve': { en: '`serin approve` by anyone', zh: '任何人执行 `serin approve`' },
  'run.ends.approveBy': { en: '`serin approve` by one of: {by}', zh: '由以下之一执行 `serin approve`：{by}' },
  'run.ends.data': {
    en: 'requests that reach both versions, or `serin skip`',
    zh: '两个版本都收到请求，或执行 `serin skip`',
  },
  'run.ends.mismatch': {
    en: 'the observed share agreeing with the weight again, or `serin skip`',
    zh: '观测到的份额重新与权重一致，或执行 `serin skip`',
  },
  'run.ends.metrics': { en: 'fresh counts, or `serin skip`', zh: '读到新的计数，或执行 `serin skip`' },
  'run.ends.inconclusive': { en: 'the trouble passing, or `serin skip`', zh: '异常消失，或执行 `serin skip`' },
  'run.ends.capacity': { en: '{version} having {need} pods ready', zh: '{version} 有 {need} 个 Pod 就绪' },
  'run.ends.route': { en: 'the router confirming {weight}%', zh: '路由器确认 {weight}%' },

  'run.reason.abortedBy': { en: 'aborted by {by}', zh: '由 {by} 中止' },
  'run.reason.abortedByBecause': { en: 'aborted by {by}: {why}', zh: '由 {by} 中止：{why}' },
  'run.reason.deleted': { en: 'the Release was deleted', zh: 'Release 已被删除' },
  'run.reason.superseded': { en: 'a newer version arrived: {version}', zh: '出现了更新的版本：{version}' },
  'run.reason.promoted': {
    en: '{version} took over all traffic from {from}',
    zh: '{version} 已从 {from} 接管全部流量',
  },
  'run.reason.crashed': { en: '{version} crashed and has no ready pod left', zh: '{version} 崩溃，已没有就绪的 Pod' },
  'run.reason.crashLoop': {
    en: 'pods of {version} crash again and again ({restarts} restarts in this run)',
    zh: '{version} 的 Pod 反复崩溃（本次发布中重启 {restarts} 次）',
  },
  'run.reason.down': {
    en: '{version} has had no ready pod for {seconds} s',
    zh: '{version} 已有 {seconds} 秒没有就绪的 Pod',
  },
  'run.reason.refused': { en: '{version} takes no connections', zh: '{version} 拒绝连接' },
  'run.reason.withdrawn': {
    en: 'the pod template was changed back to that of {stable}',
    zh: 'Pod 模板已改回 {stable} 的内容',
  },
  'run.reason.gone': { en: '{version} does not exist any more', zh: '{version} 已不存在' },
  'run.reason.deadline': {
    en: '{version} was not ready within {seconds} s',
    zh: '{version} 未能在 {seconds} 秒内就绪',
  },

  'run.accepted.start': { en: 'run {run} to {version} starts', zh: '开始发布 {version}（{run}）' },
  'run.accepted.rollback': { en: 'run {run} goes back to {version}', zh: '回滚到 {version}（{run}）' },
  'run.accepted.abort': { en: 'all traffic goes back to the stable version', zh: '全部流量回到稳定版' },
  'run.accepted.abortAgain': {
    en: 'all traffic is on its way back to the stable version already',
    zh: '全部流量已在收回到稳定版',
  },
  'run.accepted.pause': { en: 'paused at {weight}%', zh: '已暂停在 {weight}%' },
  'run.accepted.resume': { en: 'goes on', zh: '继续' },
  'run.accepted.approve': { en: 'approved by {by}', zh: '已由 {by} 批准' },
  'run.accepted.promote': { en: 'goes on to the next step', zh: '进入下一步' },
  'run.accepted.skip': {
    en: 'goes on to the next step without the rest of this one',
    zh: '跳过本步骤的剩余部分，进入下一步',
  },
  'run.accepted.promoteFull': {
    en: 'all traffic goes to the candidate as soon as it has the capacity',
    zh: '候选版容量就绪后立即接管全部流量',
  },
  'run.accepted.setWeight': { en: 'the candidate gets {weight}%', zh: '候选版获得 {weight}% 的流量' },

  'run.refused.noRun': {
    en: 'no run is in flight; a new version or `serin start` begins one',
    zh: '没有正在进行的发布；出现新版本或执行 `serin start` 才会开始',
  },
  'run.refused.inFlight': {
    en: 'a run is in flight; `serin abort` ends it, `serin watch` shows it',
    zh: '已有发布正在进行；可用 `serin abort` 中止，用 `serin watch` 查看',
  },
  'run.refused.takingBack': {
    en: 'traffic is being given back to the stable version; that cannot be changed',
    zh: '流量正在交还给稳定版，此时不能更改',
  },
  'run.refused.preparing': {
    en: 'the candidate is not ready for its first share yet; that wait cannot be skipped',
    zh: '候选版尚未为第一份流量做好准备，这一等待不能跳过',
  },
  'run.refused.promoting': {
    en: 'the candidate is already taking over all traffic',
    zh: '候选版已在接管全部流量',
  },
  'run.refused.pausedAlready': {
    en: 'it is paused already; `serin resume` lets it go on',
    zh: '已经处于暂停状态；用 `serin resume` 继续',
  },
  'run.refused.notPaused': {
    en: 'nothing waits for a resume; `serin watch` shows what it waits for',
    zh: '没有等待继续的步骤；`serin watch` 会显示它在等待什么',
  },
  'run.refused.nothingToApprove': {
    en: 'nothing waits for an approval; `serin watch` shows what it waits for',
    zh: '没有等待批准的步骤；`serin watch` 会显示它在等待什么',
  },
  'run.refused.mayNotApprove': { en: '{by} may not approve; these may: {may}', zh: '{by} 无权批准；有权批准者：{may}' },
  'run.refused.weight': {
    en: 'the weight must be at least 0 and below 100 (found {found}); `serin promote --full` gives everything',
    zh: '权重必须不小于 0 且小于 100（实为 {found}）；要给全部流量请用 `serin promote --full`',
  },
  'run.refused.isStable': {
    en: '{version} is the stable version already and serves all traffic',
    zh: '{version} 已经是稳定版，承担全部流量',
  },
  'run.refused.nothingToStart': {
    en: 'there is no version besides {versions}; apply a Deployment with another label `version` first',
    zh: '除 {versions} 外没有其他版本；请先应用一个 `version` 标签不同的 Deployment',
  },
  'run.refused.nothingEarlier': {
    en: 'there is no earlier version to go back to; there are: {versions}',
    zh: '没有可以回退的更早版本；现有版本：{versions}',
  },
  'run.refused.noSuchVersion': {
    en: 'there is no version {version}; there are: {versions}',
    zh: '没有版本 {version}；现有版本：{versions}',
  },
  'run.refused.noSuchRelease': {
    en: 'Release {name} does not exist in namespace {namespace}',
    zh: '命名空间 {namespace} 中没有 Release {name}',
  },
  'run.refused.presentBefore': {
    en: '{version} ran before the Release was created; `serin start` releases it',
    zh: '{version} 在 Release 创建之前就已运行；用 `serin start` 发布它',
  },
  'run.refused.editedInPlace': {
    en: 'Deployment {deployment} is stable and was edited in place, so its pods change under full traffic; use a new Deployment, or `workload.deployment`',
    zh: 'Deployment {deployment} 是稳定版却被就地修改，其 Pod 会在承担全部流量时被替换；请新建 Deployment，或使用 `workload.deployment`',
  },
  'run.refused.overtaken': {
    en: '{version} was overtaken by {by} before its turn',
    zh: '{version} 尚未轮到就被 {by} 取代',
  },
  'run.refused.vanished': {
    en: '{version} was changed or deleted before its turn',
    zh: '{version} 尚未轮到就被更改或删除',
  },

  'run.note.adopted': { en: '{version} was there first and counts as stable', zh: '{version} 最先存在，视为稳定版' },
  'run.note.splitLost': {
    en: 'the router says {found} where {weight}% was set; it is set again',
    zh: '已设置 {weight}%，路由器却显示 {found}；将重新设置',
  },

  'run.problem.noVersions': {
    en: 'the Service of this Release selects no Deployment: its selector must match the labels of a pod template',
    zh: '此 Release 的 Service 没有选中任何 Deployment：其选择器必须匹配某个 Pod 模板的标签',
  },
  'run.problem.noService': {
    en: 'there is no Service {service}, which `spec.service` names',
    zh: '`spec.service` 指定的 Service {service} 不存在',
  },
  'run.problem.noSelector': { en: 'Service {service} has no selector', zh: 'Service {service} 没有 selector' },
  'run.problem.noVersionLabel': {
    en: 'the pod template of Deployment {deployment} has no label `version`',
    zh: 'Deployment {deployment} 的 Pod 模板没有 `version` 标签',
  },
  'run.problem.sameVersion': {
    en: 'Deployments {first} and {second} have the same label `version` ({version})',
    zh: 'Deployment {first} 与 {second} 的 `version` 标签相同（{version}）',
  },
  'run.problem.noDeployment': { en: 'there is no Deployment {deployment}', zh: '没有 Deployment {deployment}' },
  'run.problem.workload': {
    en: '`spec.workload` must name exactly one of `versions` and `deployment`',
    zh: '`spec.workload` 必须在 `versions` 与 `deployment` 中恰好指定一个',
  },
  'run.problem.noSuchStable': {
    en: '`spec.workload.versions.stable` names {version}, which does not exist',
    zh: '`spec.workload.versions.stable` 指定的 {version} 不存在',
  },
  'run.problem.stableGone': {
    en: 'the stable version {version} does not exist any more',
    zh: '稳定版 {version} 已不存在',
  },
  'run.problem.provider': {
    en: '`spec.traffic` names the router {provider}, which is not available here',
    zh: '`spec.traffic` 指定的路由器 {provider} 在此不可用',
  },

  'run.problem.newerRecord': {
    en: 'the record has version {found}, written by a newer Serin; this one knows {known}',
    zh: '记录版本为 {found}，由更新的 Serin 写入；当前程序只认识 {known}',
  },

  'run.refused.noAnswer': {
    en: 'the release controller did not answer within {seconds} s; the command stays and may still be carried out',
    zh: '发布控制器未在 {seconds} 秒内答复；该命令仍在，之后可能会被执行',
  },
  'run.refused.neverRan': {
    en: 'Release {name} has had no run yet; a new version or `serin start {name}` begins one',
    zh: 'Release {name} 还没有发布记录；出现新版本或执行 `serin start {name}` 才会开始',
  },

  'run.line.started': { en: '{from} → {to}, because of {cause}', zh: '{from} → {to}，起因：{cause}' },
  'run.line.startedBy': {
    en: '{from} → {to}, because of {cause} by {by}',
    zh: '{from} → {to}，起因：{by} 执行 {cause}',
  },
  'run.line.phase': { en: '{from} → {to}', zh: '{from} → {to}' },
  'run.line.phaseBecause': { en: '{to}: {reason}', zh: '{to}：{reason}' },
  'run.line.verdict': { en: '{verdict}: {sentence}', zh: '{verdict}：{sentence}' },
  'run.line.step': { en: '{step} of {of}: {text}', zh: '第 {step}/{of} 步：{text}' },
  'run.line.towards': { en: 'on to {weight}%', zh: '进入 {weight}%' },
  'run.line.weight': { en: '{from}% → {to}%', zh: '{from}% → {to}%' },
  'run.line.inForce': { en: '{weight}% in force at the router', zh: '路由器已生效 {weight}%' },
  'run.line.observed': {
    en: 'desired {desired}%, observed {observed}%; stable {stable}/s, candidate {candidate}/s, evidence {evidence}',
    zh: '期望 {desired}%，观测 {observed}%；稳定版 {stable}/秒，候选版 {candidate}/秒，证据 {evidence}',
  },
  'run.line.holdEnded': { en: 'no longer waits for {reason}', zh: '不再等待：{reason}' },
  'run.line.command': { en: '{verb} by {by}', zh: '{by} 执行{verb}' },
  'run.line.commandBecause': { en: '{verb} by {by}: {reason}', zh: '{by} 执行{verb}：{reason}' },
  'run.line.plan': { en: 'the plan was edited (revision {revision})', zh: '计划已更改（第 {revision} 版）' },
  'run.line.other': { en: '{kind}', zh: '{kind}' },

  'run.event.started': { en: '{from} → {to}', zh: '{from} → {to}' },
  'run.event.weight': { en: '{from}% → {to}%', zh: '{from}% → {to}%' },

  'run.now.idle': { en: '{version} is stable and serves all traffic', zh: '{version} 为稳定版，承担全部流量' },
  'run.now.pinning': { en: 'all traffic is being pinned to {version}', zh: '正在把全部流量固定到 {version}' },
  'run.now.queued': {
    en: '{version} is stable; {next} waits for `serin start`',
    zh: '{version} 为稳定版；{next} 等待 `serin start`',
  },
  'run.now.preparing': {
    en: 'prepares {version} for its first share of the traffic',
    zh: '正在为 {version} 的第一份流量做准备',
  },
  'run.now.measuring': {
    en: 'measures the traffic of {stable} to choose the first weight for {version}',
    zh: '正在测量 {stable} 的流量，以便为 {version} 选择第一个权重',
  },
  'run.now.stepping': {
    en: '{version} has {weight}% of the traffic; step {step} of {steps}',
    zh: '{version} 承担 {weight}% 的流量；第 {step}/{steps} 步',
  },
  'run.now.looking': {
    en: '{version} has {weight}% of the traffic and is watched for {left} s more; step {step} of {steps}',
    zh: '{version} 承担 {weight}% 的流量，还需观察 {left} 秒；第 {step}/{steps} 步',
  },
  'run.now.promoting': { en: '{version} takes over all traffic', zh: '{version} 正在接管全部流量' },
  'run.now.draining': {
    en: '{version} has all traffic; waits until {from} answers no more requests',
    zh: '{version} 已承担全部流量；等待 {from} 处理完剩余请求',
  },
  'run.now.aborting': {
    en: 'takes all traffic back to {stable}: {reason}',
    zh: '正在把全部流量收回到 {stable}：{reason}',
  },
  'run.now.holding': { en: 'waits: {message}; ends by: {ends}', zh: '等待中：{message}；结束条件：{ends}' },
} as const;
