import { expect, test } from 'vitest'
import { junitReport } from './junit.ts'

test('junitReport tells each case, what failed, and how many', () => {
  expect(
    junitReport('weir watch rtsp://a/b?c&d', 1.5, [{ name: 'plays' }, { name: 'lostPackets<1', failure: '✗ "3"' }]),
  ).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" time="1.500">
  <testsuite name="weir watch rtsp://a/b?c&amp;d" tests="2" failures="1" errors="0" time="1.500">
    <testcase classname="weir watch rtsp://a/b?c&amp;d" name="plays"/>
    <testcase classname="weir watch rtsp://a/b?c&amp;d" name="lostPackets&lt;1">
      <failure message="✗ &quot;3&quot;"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  )
})

test('junitReport leaves out what XML cannot hold', () => {
  expect(junitReport('a\u0000b\u001b', 0, [])).toContain('name="ab"')
})
