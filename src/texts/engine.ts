export const engineTexts = {
  'engine.opening': { en: 'opening {folder}', zh: '打开 {folder}' },
  'engine.adopting': {
    en: 'taking over what is running',
    zh: '接管正在运行的进程',
  },
  'engine.mesh': { en: 'mesh: {workers} worker(s)', zh: '网格：{workers} 个工作进程' },
  'engine.portMoved': {
    en: '{name}: port {nominalPort} could not be had on this machine, it listens on {port}',
    zh: '{name}：本机无法使用端口 {nominalPort}，改为监听 {port}',
  },
  'engine.listenerFailed': {
    en: 'listener {listener} could not be opened: {reason}',
    zh: '无法打开监听 {listener}：{reason}',
  },
} as const;
