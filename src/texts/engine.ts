export const engineTexts = {
  'engine.opening': { en: 'opening {folder}', zh: '打开 {folder}' },
  'engine.adopting': {
    en: 'looking for what is still running',
    zh: '查找仍在运行的进程',
  },
  'engine.mesh': { en: 'starting the mesh (workers: {workers})', zh: '启动网格（工作进程：{workers}）' },
  'engine.portMoved': {
    en: '{name}: port {nominalPort} could not be had on this machine, it listens on {port}',
    zh: '{name}：本机无法使用端口 {nominalPort}，改为监听 {port}',
  },
  'engine.listenerFailed': {
    en: 'listener {listener} could not be opened: {reason}',
    zh: '无法打开监听 {listener}：{reason}',
  },
} as const;
