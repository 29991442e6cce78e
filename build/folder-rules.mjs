/** @typedef {{ imports: string[], packages: string[], node: boolean }} FolderRule */

const EVERY_PROGRAM_FOLDER = ['protocol', 'link', 'stream', 'simulation', 'segmenter', 'udp-relay', 'server', 'lab']

/** Who may import whom: the folders, the third-party packages, and whether Node's own modules.
 *  '' stands for the files beside package.json. Tests may import what they need.
 *  @type {Readonly<Record<string, FolderRule>>} */
export const folderRules = {
  // Pure: they run unchanged in Node, in a browser's worker and in virtual time.
  protocol: { imports: [], packages: ['m3u8-parser', 'sdp-transform'], node: false },
  link: { imports: [], packages: ['zod'], node: false },
  stream: { imports: ['protocol'], packages: [], node: false },
  simulation: { imports: ['protocol', 'link', 'stream'], packages: [], node: false },

  segmenter: { imports: ['protocol'], packages: ['fluent-ffmpeg', 'zod'], node: true },
  'udp-relay': { imports: ['protocol', 'stream'], packages: ['koffi', 'lru-cache', 'pino'], node: true },
  server: {
    imports: ['protocol', 'link', 'stream', 'segmenter', 'udp-relay'],
    packages: [
      '@tus/file-store',
      '@tus/server',
      'busboy',
      'chokidar',
      'express',
      'express-rate-limit',
      'helmet',
      'lru-cache',
      'node-datachannel',
      'p-queue',
      'pino',
      'pino-pretty',
      'prom-client',
      'socket.io',
      'tus-js-client',
      'write-file-atomic',
      'ws',
      'yaml',
      'yazl',
      'zod',
    ],
    node: true,
  },
  player: {
    imports: ['protocol', 'link', 'stream', 'simulation'],
    packages: ['@preact/signals', 'hls.js', 'preact', 'socket.io-client', 'tus-js-client', 'uplot', 'uqr', 'yaml'],
    node: false,
  },
  lab: {
    imports: [...EVERY_PROGRAM_FOLDER, 'build'],
    packages: [
      '@sparticuz/chromium',
      'd3-contour',
      'd3-scale',
      'playwright-core',
      'vitest',
      'write-file-atomic',
      'yaml',
      'zod',
    ],
    node: true,
  },
  bench: {
    imports: [...EVERY_PROGRAM_FOLDER, 'build'],
    packages: ['esbuild', 'mediabunny', 'node-datachannel', 'rtp.js'],
    node: true,
  },
  commands: { imports: EVERY_PROGRAM_FOLDER, packages: ['cli-progress', 'commander'], node: true },
  docs: { imports: [...EVERY_PROGRAM_FOLDER, ''], packages: ['commander'], node: true },
  build: { imports: [], packages: ['esbuild', 'vitest'], node: true },
  '': {
    imports: [...EVERY_PROGRAM_FOLDER, 'commands', 'build'],
    packages: ['commander', 'vitest'],
    node: true,
  },
}
