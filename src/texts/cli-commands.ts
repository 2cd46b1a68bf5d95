/** Summaries and examples of the commands: `cli.<command>` and `cli.<command>.example`. */
export const cliCommandTexts = {
  'cli.up': { en: 'Start the control plane, the mesh and all pods', zh: '启动控制平面、网格和全部 Pod' },
  'cli.up.example': {
    en: 'serin up                        # in the foreground; Ctrl-C stops everything\nserin up --detach -f manifests/  # in the background, with these objects',
    zh: 'serin up                        # 前台运行，按 Ctrl-C 全部停止\nserin up --detach -f manifests/  # 后台运行，并应用这些对象',
  },
  'cli.down': { en: 'Stop the control plane, the mesh and all pods', zh: '停止控制平面、网格和全部 Pod' },
  'cli.down.example': {
    en: 'serin down                # objects and history stay in the data folder\nserin down --keep-pods    # pods and traffic go on; the next `up` adopts them',
    zh: 'serin down                # 对象和历史保留在数据目录中\nserin down --keep-pods    # Pod 和流量继续，下次 `up` 时接管',
  },
  'cli.status': { en: 'What runs: control plane, mesh, pods, releases', zh: '运行概况：控制平面、网格、Pod、发布' },
  'cli.status.example': {
    en: 'serin status            # one screen\nserin status -o json    # for scripts',
    zh: 'serin status            # 一屏概览\nserin status -o json    # 供脚本使用',
  },
  'cli.apply': { en: 'Create or change objects as files say', zh: '按文件创建或修改对象' },
  'cli.apply.example': {
    en: 'serin apply -f bookinfo.yaml         # all of the file or nothing\ncat release.yaml | serin apply -f -  # from standard input',
    zh: 'serin apply -f bookinfo.yaml         # 整个文件要么全部生效，要么全不生效\ncat release.yaml | serin apply -f -  # 从标准输入读取',
  },
  'cli.create': {
    en: 'Create a namespace, or objects that are new',
    zh: '创建命名空间，或创建尚不存在的对象',
  },
  'cli.create.example': {
    en: 'serin create ns shop          # a namespace\nserin create -f reviews.yaml  # fails where an object exists already',
    zh: 'serin create ns shop          # 创建命名空间\nserin create -f reviews.yaml  # 对象已存在时报错',
  },
  'cli.delete': { en: 'Delete objects by name, label or file', zh: '按名称、标签或文件删除对象' },
  'cli.delete.example': {
    en: 'serin delete deploy reviews-v2     # with its pods\nserin delete all -l app=reviews    # everything of one app\nserin delete -f bookinfo.yaml      # what the file names',
    zh: 'serin delete deploy reviews-v2     # 连同其 Pod\nserin delete all -l app=reviews    # 某个应用的全部对象\nserin delete -f bookinfo.yaml      # 文件中的对象',
  },
  'cli.patch': { en: 'Change some fields of an object', zh: '修改对象的部分字段' },
  'cli.patch.example': {
    en: `serin patch service reviews -p '{"spec":{"selector":{"version":"v2"}}}'  # point the Service at v2`,
    zh: `serin patch service reviews -p '{"spec":{"selector":{"version":"v2"}}}'  # 让 Service 指向 v2`,
  },
  'cli.label': { en: 'Set or remove labels', zh: '设置或移除标签' },
  'cli.label.example': {
    en: 'serin label deploy reviews-v1 tier=back   # set\nserin label deploy reviews-v1 tier-       # remove',
    zh: 'serin label deploy reviews-v1 tier=back   # 设置\nserin label deploy reviews-v1 tier-       # 移除',
  },
  'cli.annotate': { en: 'Set or remove annotations', zh: '设置或移除注解' },
  'cli.annotate.example': {
    en: 'serin annotate deploy reviews kubernetes.io/change-cause="new stars"   # shown by rollout history',
    zh: 'serin annotate deploy reviews kubernetes.io/change-cause="new stars"   # 显示在 rollout history 中',
  },
  'cli.get': { en: 'List objects', zh: '列出对象' },
  'cli.get.example': {
    en: 'serin get po -l app=reviews -w    # pods of an app, and every change\nserin get rel -A -o wide          # releases of all namespaces\nserin get svc reviews -o yaml     # one object in full',
    zh: 'serin get po -l app=reviews -w    # 某应用的 Pod，并持续显示变化\nserin get rel -A -o wide          # 所有命名空间的发布\nserin get svc reviews -o yaml     # 一个对象的完整内容',
  },
  'cli.describe': { en: 'One object in words: fields, conditions, events', zh: '详细说明一个对象：字段、状况、事件' },
  'cli.describe.example': {
    en: 'serin describe pod reviews-v1-0   # why does it not start?\nserin describe rel reviews',
    zh: 'serin describe pod reviews-v1-0   # 它为什么没有启动？\nserin describe rel reviews',
  },
  'cli.logs': { en: 'Output of pods', zh: '查看 Pod 的输出' },
  'cli.logs.example': {
    en: 'serin logs -f deploy/reviews-v2 --tail 20   # the last lines, and what follows\nserin logs -l app=reviews --prefix          # all pods of an app',
    zh: 'serin logs -f deploy/reviews-v2 --tail 20   # 最后几行，并持续输出\nserin logs -l app=reviews --prefix          # 某应用的全部 Pod',
  },
  'cli.events': { en: 'What happened, oldest first', zh: '按时间列出发生过的事件' },
  'cli.events.example': {
    en: 'serin events --for rel/reviews -w    # of one object, and what comes',
    zh: 'serin events --for rel/reviews -w    # 某个对象的事件，并持续显示',
  },
  'cli.scale': { en: 'Set the number of replicas', zh: '设置副本数' },
  'cli.scale.example': {
    en: 'serin scale --replicas=10 deploy reviews-v1',
    zh: 'serin scale --replicas=10 deploy reviews-v1',
  },
  'cli.set': { en: 'Change one thing of a workload', zh: '修改工作负载的某一项' },
  'cli.setImage': { en: 'Change the image of containers', zh: '更换容器镜像' },
  'cli.setImage.example': {
    en: 'serin set image deploy/reviews reviews=istio/examples-bookinfo-reviews-v2:1.20.3',
    zh: 'serin set image deploy/reviews reviews=istio/examples-bookinfo-reviews-v2:1.20.3',
  },
  'cli.rollout': { en: 'Rolling update of a Deployment', zh: '查看和控制 Deployment 的滚动更新' },
  'cli.rolloutStatus': { en: 'Wait until a Deployment is rolled out', zh: '等待 Deployment 更新完成' },
  'cli.rolloutStatus.example': {
    en: 'serin rollout status deploy/reviews --timeout 60s   # exit code 0 once all pods are new',
    zh: 'serin rollout status deploy/reviews --timeout 60s   # 全部 Pod 更新后以 0 退出',
  },
  'cli.rolloutHistory': { en: 'Revisions of a Deployment', zh: '查看 Deployment 的修订记录' },
  'cli.rolloutHistory.example': {
    en: 'serin rollout history deploy/reviews                # all\nserin rollout history deploy/reviews --revision 2   # one in full',
    zh: 'serin rollout history deploy/reviews                # 全部\nserin rollout history deploy/reviews --revision 2   # 某一个的详情',
  },
  'cli.rolloutPause': { en: 'Hold a rolling update', zh: '暂停滚动更新' },
  'cli.rolloutPause.example': { en: 'serin rollout pause deploy reviews', zh: 'serin rollout pause deploy reviews' },
  'cli.rolloutResume': { en: 'Let a held rolling update go on', zh: '继续已暂停的滚动更新' },
  'cli.rolloutResume.example': { en: 'serin rollout resume deploy reviews', zh: 'serin rollout resume deploy reviews' },
  'cli.rolloutUndo': { en: 'Go back to an earlier revision', zh: '回退到之前的修订' },
  'cli.rolloutUndo.example': {
    en: 'serin rollout undo deploy reviews                   # the one before\nserin rollout undo deploy reviews --to-revision 3',
    zh: 'serin rollout undo deploy reviews                   # 上一个修订\nserin rollout undo deploy reviews --to-revision 3',
  },
  'cli.rolloutRestart': { en: 'Replace all pods, one wave after the other', zh: '分批重启全部 Pod' },
  'cli.rolloutRestart.example': {
    en: 'serin rollout restart deploy/reviews',
    zh: 'serin rollout restart deploy/reviews',
  },
  'cli.start': { en: 'Start a run to a version', zh: '开始向某个版本发布' },
  'cli.start.example': {
    en: 'serin start reviews                    # to the newest version\nserin start reviews --version v2 -w    # and watch it',
    zh: 'serin start reviews                    # 发布最新版本\nserin start reviews --version v2 -w    # 并持续观察',
  },
  'cli.watch': {
    en: 'A release live: weights, rates, why it waits',
    zh: '实时查看发布：版本、权重、速率、判定、在等什么',
  },
  'cli.watch.example': {
    en: 'serin watch reviews             # until the run has ended\nserin watch reviews -o json     # one JSON object per change',
    zh: 'serin watch reviews             # 直到本次发布结束\nserin watch reviews -o json     # 每次变化输出一行 JSON',
  },
  'cli.pause': { en: 'Hold a run where it is', zh: '暂停发布，停在当前步骤' },
  'cli.pause.example': {
    en: 'serin pause reviews --reason "looking at the logs"',
    zh: 'serin pause reviews --reason "先看日志"',
  },
  'cli.resume': { en: 'Take back a pause', zh: '取消暂停' },
  'cli.resume.example': { en: 'serin resume reviews', zh: 'serin resume reviews' },
  'cli.approve': { en: 'Say yes to a step that waits for approval', zh: '批准正在等待审批的步骤' },
  'cli.approve.example': {
    en: 'serin approve reviews --reason "numbers are good"',
    zh: 'serin approve reviews --reason "数据正常"',
  },
  'cli.promote': { en: 'Go on to the next step, or to the end', zh: '立即进入下一步，或直接完成' },
  'cli.promote.example': {
    en: 'serin promote reviews           # the next step\nserin promote reviews --full    # all traffic to the candidate',
    zh: 'serin promote reviews           # 进入下一步\nserin promote reviews --full    # 全部流量切到候选版',
  },
  'cli.setWeight': { en: "Set the candidate's share of the traffic", zh: '设置候选版的流量比例' },
  'cli.setWeight.example': {
    en: 'serin set-weight reviews 30    # percent',
    zh: 'serin set-weight reviews 30    # 百分比',
  },
  'cli.skip': { en: 'Leave the present step out', zh: '跳过当前步骤' },
  'cli.skip.example': { en: 'serin skip reviews', zh: 'serin skip reviews' },
  'cli.abort': { en: 'Give all traffic back to stable now', zh: '立即把全部流量交还稳定版' },
  'cli.abort.example': {
    en: 'serin abort reviews --reason "errors in checkout"',
    zh: 'serin abort reviews --reason "结账出错"',
  },
  'cli.rollback': { en: 'Go back to an earlier version', zh: '发布结束后回退到之前的版本' },
  'cli.rollback.example': {
    en: 'serin rollback reviews           # to the one before\nserin rollback reviews --to v1',
    zh: 'serin rollback reviews           # 回到上一个版本\nserin rollback reviews --to v1',
  },
  'cli.history': { en: 'Runs of a release', zh: '查看历次发布' },
  'cli.history.example': {
    en: 'serin history reviews                  # all runs\nserin history reviews --run reviews-3  # every step of one',
    zh: 'serin history reviews                  # 全部\nserin history reviews --run reviews-3  # 某一次的每一步',
  },
  'cli.why': { en: 'Why a run did that, or what it waits for', zh: '解释发布为何如此，或在等什么' },
  'cli.why.example': { en: 'serin why reviews', zh: 'serin why reviews' },
  'cli.route': { en: 'Questions about routes', zh: '路由相关' },
  'cli.routeTest': {
    en: 'Which rule and which version would a request meet?',
    zh: '某个请求会命中哪条规则、哪个版本？',
  },
  'cli.routeTest.example': {
    en: `serin route test http://reviews:9080/reviews/1 -H 'cookie: user=jason'\nserin route test http://localhost:8080/productpage --from gateway`,
    zh: `serin route test http://reviews:9080/reviews/1 -H 'cookie: user=jason'\nserin route test http://localhost:8080/productpage --from gateway`,
  },
  'cli.plan': { en: 'The steps that a release would take', zh: '查看发布将执行的步骤' },
  'cli.plan.example': {
    en: 'serin plan reviews             # as it is stored\nserin plan -f release.yaml     # before it is applied',
    zh: 'serin plan reviews             # 已保存的发布\nserin plan -f release.yaml     # 应用之前先看',
  },
  'cli.demo': { en: 'The whole story in under 90 seconds', zh: '在本机演示完整过程，不超过 90 秒' },
  'cli.demo.example': {
    en: 'serin demo           # a good version, a bad version, a slider\nserin demo --keep    # and leave it running',
    zh: 'serin demo           # 好版本、坏版本、流量滑块\nserin demo --keep    # 结束后保持运行',
  },
  'cli.completion': { en: 'Completion for a shell', zh: '输出 shell 补全脚本' },
  'cli.completion.example': {
    en: 'source <(serin completion bash)                                     # for this shell\nserin completion fish > ~/.config/fish/completions/serin.fish',
    zh: 'source <(serin completion bash)                                     # 当前 shell\nserin completion fish > ~/.config/fish/completions/serin.fish',
  },
  'cli.version': { en: 'Versions of program and control plane', zh: '查看本程序和控制平面的版本' },
  'cli.version.example': { en: 'serin version -o json', zh: 'serin version -o json' },
} as const;
