import { relative } from 'node:path'
import { beforeEach } from 'vitest'
import { readLongRows } from './long-run-state.ts'
import { root } from './places.mjs'

const passed = new Set(
  readLongRows().flatMap(({ file, name, state }) => (state === 'passed' ? [`${file}\n${name}`] : [])),
)

// What passed before is not run again.
beforeEach((context) => {
  const { fullTestName, file } = context.task
  if (passed.has(`${relative(root, file.filepath)}\n${fullTestName}`)) context.skip('passed before')
})
