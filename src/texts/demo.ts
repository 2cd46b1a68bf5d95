export const demoTexts = {
  'demo.title': {
    en: 'A shop on this machine, {rps} requests a second from {users} users, three releases.',
    zh: '本机上的一家小店，{users} 个用户每秒 {rps} 个请求，三次发布。',
  },
  'demo.shorter': {
    en: 'Pauses are short so that you need not wait; nothing else is staged.',
    zh: '为了不让你久等，停留时间缩短了；其余都是真实的。',
  },
  'demo.starting': {
    en: 'The shop starts: productpage, details, ratings and reviews v1, each a process of its own.',
    zh: '小店启动：productpage、details、ratings 和 reviews v1，各是一个进程。',
  },
  'demo.open': { en: 'The shop is open at {url}', zh: '小店已开张：{url}' },
  'demo.loadStarts': { en: 'Users come.', zh: '用户来了。' },
  'demo.good': { en: '1. A good version: reviews v2 shows black stars', zh: '1. 好版本：reviews v2，显示黑色星星' },
  'demo.bad': {
    en: '2. A bad version: reviews v4 fails 30% of its requests',
    zh: '2. 坏版本：reviews v4 有 30% 的请求会失败',
  },
  'demo.hand': {
    en: '3. By hand: reviews v3 at 30%, scaled out, then at 70%',
    zh: '3. 手动：reviews v3 先 30%，扩容，再到 70%',
  },
  'demo.promoted': {
    en: '{version} serves everybody now. {failed} of {requests} requests failed.',
    zh: '{version} 现已承担全部流量。{requests} 个请求中 {failed} 个失败。',
  },
  'demo.aborted': { en: '{version} was taken back by itself: {why}', zh: '{version} 被自动撤回：{why}' },
  'demo.cost': {
    en: '{failed} requests failed because of {version}; from the first failure to the last request on it: {seconds} s.',
    zh: '因 {version} 失败的请求有 {failed} 个；从第一次失败到最后一个到达它的请求：{seconds} 秒。',
  },
  'demo.share': {
    en: 'asked {asked}%, measured {measured}% of {requests} requests ({pods} pods)',
    zh: '要求 {asked}%，在 {requests} 个请求中实测 {measured}%（{pods} 个实例）',
  },
  'demo.shareKept': {
    en: 'Four times the pods, the same share: weights do not depend on replica counts.',
    zh: '实例数变为四倍，份额不变：权重与实例数无关。',
  },
  'demo.summary': { en: 'What happened', zh: '结果' },
  'demo.colRelease': { en: 'release', zh: '发布' },
  'demo.colOutcome': { en: 'outcome', zh: '结局' },
  'demo.colRequests': { en: 'requests', zh: '请求数' },
  'demo.colFailed': { en: 'failed', zh: '失败' },
  'demo.colBecause': { en: 'because of it', zh: '因它失败' },
  'demo.colDetected': { en: 'detected after', zh: '发现用时' },
  'demo.colGone': { en: 'gone after', zh: '清空用时' },
  'demo.colFlips': { en: 'users flipped', zh: '用户来回跳' },
  'demo.colWeights': { en: 'weights over time', zh: '权重变化' },
  'demo.outcomePromoted': { en: 'promoted', zh: '已全量' },
  'demo.outcomeAborted': { en: 'taken back', zh: '已撤回' },
  'demo.right': {
    en: 'All outcomes were measured to be right. ({seconds} s)',
    zh: '所有结果经测量均符合预期。（{seconds} 秒）',
  },
  'demo.wrong': { en: 'This was not as it should be: {what}', zh: '与预期不符：{what}' },
  'demo.wrongOutcome': {
    en: '{version} should have been {expected}, but was {found}',
    zh: '{version} 应为 {expected}，实为 {found}',
  },
  'demo.wrongFailures': {
    en: '{failed} requests failed that {version} did not cause',
    zh: '有 {failed} 个请求失败，且并非由 {version} 引起',
  },
  'demo.wrongShare': { en: 'asked {asked}%, measured {measured}%', zh: '要求 {asked}%，实测 {measured}%' },
  'demo.wrongFlips': {
    en: '{flips} users were sent back to a version they had left',
    zh: '{flips} 个用户被送回已离开的版本',
  },
  'demo.waitedInVain': { en: 'waited {seconds} s in vain for: {what}', zh: '等待 {seconds} 秒仍未等到：{what}' },
  'demo.kept': {
    en: 'It goes on running. Look around, then stop it:',
    zh: '它会继续运行。随便看看，之后停止：',
  },
  'demo.next': {
    en: 'Next: serin up -f your.yaml, or read README.md',
    zh: '接下来：serin up -f 你的.yaml，或阅读 README.zh.md',
  },
  'demo.stoppedEarly': { en: 'Stopped.', zh: '已停止。' },
} as const;
