export type JunitCase = {
  readonly name: string
  readonly failure?: string // what was measured instead
}

/** A JUnit report of one suite, as CI servers read it: a case each, with what failed. */
export function junitReport(suite: string, seconds: number, cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}"`
  const rows = cases.map(({ name, failure }) => {
    const open = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}"`
    if (failure === undefined) return `${open}/>`
    return `${open}>\n      <failure message="${escaped(failure)}"/>\n    </testcase>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    ...rows,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 section 2.2 has no place for other control characters. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string).replace(/[^\P{Cc}\t\n\r]/gu, '')
}
