import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { longFiles } from './build/long-files.ts'
import { LongRunReporter } from './build/long-run-reporter.ts'
import { PlainReporter } from './build/plain-reporter.ts'

const longRun = process.env['WEIR_TEST_LONG'] === '1'
const elsewhere = ['node_modules/**', 'dist/**', 'media/**', ...(longRun ? [] : longFiles)]
const HOUR_MS = 3_600_000

/** Whole systems that wait more than they work, and hold nothing against a neighbour: three at a time. */
const patient = [
  'lab/accessibility.system.test.ts',
  'lab/av1.system.test.ts',
  'lab/captions.system.test.ts',
  'lab/determinism.system.test.ts',
  'lab/hevc*.system.test.ts',
  'lab/http-link-browser.system.test.ts',
  'lab/http-sockets.system.test.ts',
  'lab/lab-*.system.test.ts',
  'lab/lab-players.system.test.ts',
  'lab/live-lab.system.test.ts',
  'lab/main-job.system.test.ts',
  'lab/network-panel.system.test.ts',
  'lab/players.system.test.ts',
  'lab/presets.system.test.ts',
  'lab/realtime-page.system.test.ts',
  'lab/renditions.system.test.ts',
  'lab/report.system.test.ts',
  'lab/run-quality.system.test.ts',
  'lab/run-report.system.test.ts',
  'lab/run-upload.system.test.ts',
  'lab/test-support/*.system.test.ts',
  'lab/scenario-video.system.test.ts',
  'lab/side-controls.system.test.ts',
  'lab/three-tabs.system.test.ts',
  'lab/upload-resumes.system.test.ts',
  'lab/validate-live.system.test.ts',
  'lab/watch*.system.test.ts',
  'lab/what-if.system.test.ts',
  'lab/why-panel.system.test.ts',
  'player/*.system.test.ts',
  'protocol/*.system.test.ts',
  'segmenter/**/*.system.test.ts',
  'server/channel*.system.test.ts',
  'server/displayed-quality.system.test.ts',
  'server/parity-gstreamer.system.test.ts',
  'server/published-live.system.test.ts',
  'server/receiver-through-link.system.test.ts',
  'server/relay-pull.system.test.ts',
  'server/rtsp-through-link*.test.ts',
  'server/run-*.system.test.ts',
  'server/serve.system.test.ts',
  'server/tunnel-through-link.system.test.ts',
  'server/whep.system.test.ts',
  'server/whip.system.test.ts',
  'udp-relay/*.system.test.ts',
  'weir.system.test.ts',
]

/** The pure folders have no state that one test file could leave to the next: theirs share a process, for half of the CPU. */
const pure = ['{protocol,link,stream,simulation}/**/*.test.ts']

/** Unit tests that hold real sockets to the moments of a link, or of a video. */
const exact = ['server/http-through-link.test.ts', 'server/live-link.test.ts', 'udp-relay/receiver.test.ts']

function units(name: string, test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  const testTimeout = longRun ? HOUR_MS : 20_000
  const sequence = { groupOrder: 0 }
  return { extends: true, test: { name, maxWorkers: 3, testTimeout, hookTimeout: 30_000, sequence, ...test } }
}

function systems(name: string, test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  const testTimeout = longRun ? HOUR_MS : 90_000
  return { extends: true, test: { name, testTimeout, hookTimeout: 90_000, ...test } }
}

/** Unit tests first, on every core; then whole systems: the patient ones, and at last, one after the other, what keeps to
 *  the clock of real media. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    reporters: [new PlainReporter(), ...(longRun ? [new LongRunReporter()] : [])],
    setupFiles: longRun ? ['./build/long-run-setup.ts'] : [],
    projects: [
      units('pure', { include: pure, exclude: [...elsewhere, '**/*.system.test.ts'], isolate: false }),
      units('unit', {
        include: ['**/*.test.{ts,tsx}'],
        exclude: [...elsewhere, '**/*.system.test.ts', ...patient, ...exact, ...pure],
      }),
      systems('patient', { include: patient, exclude: elsewhere, maxWorkers: 3, sequence: { groupOrder: 1 } }),
      systems('system', {
        include: ['**/*.system.test.ts', ...exact],
        exclude: [...elsewhere, ...patient],
        maxWorkers: 1,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
})
