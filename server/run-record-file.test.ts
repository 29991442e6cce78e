import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import type { RunEvent } from '../stream/record.ts'
import { writeRecordEvent, writeRecordHead } from '../stream/run-record.ts'
import { RunRecordFile } from './run-record-file.ts'

const head = writeRecordHead({ scenario: {}, seed: 1, versions: {} })
const pausedAt = (atMs: number): RunEvent => ({ kind: 'paused', side: 'udp', atMs })

/** As another process would find it at this very moment. */
function textOf(path: string): string {
  return gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
}

test('RunRecordFile.flush resolves when all that was told can be read from the file', async (context) => {
  const path = join(temporaryFolder(context), 'record.jsonl.gz')
  const file = new RunRecordFile(path, head)
  for (let count = 1; count <= 10_000; count *= 10) {
    for (let atMs = 0; atMs < count; atMs += 1) file.record(pausedAt(atMs))
    await file.flush()
    expect(textOf(path).endsWith(writeRecordEvent(pausedAt(count - 1)))).toBe(true)
  }
  file.record(pausedAt(10_000))
  const [flushed, ended] = [file.flush(), file.end()]
  await flushed
  expect(textOf(path).endsWith(writeRecordEvent(pausedAt(10_000)))).toBe(true)
  await ended
  await file.flush()
  expect(textOf(path).split('\n')).toHaveLength(1 + 11_112 + 1) // the head, the events, and nothing after the last LF
})

test('RunRecordFile.flush resolves where the disk takes nothing', async (context) => {
  const file = new RunRecordFile(join(temporaryFolder(context), 'none', 'record.jsonl.gz'), head)
  await file.flush()
  await expect(file.written).rejects.toThrow('ENOENT')
  await file.flush()
})
