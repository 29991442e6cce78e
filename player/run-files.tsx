import { CopyButton } from './address-row.tsx'
import { reportWords } from './words.ts'

const FILES = [
  ['report', 'report.html'],
  ['record', 'record.jsonl'],
  ['results', 'results.csv'],
  ['capture', 'capture.pcapng'],
] as const

/** What can be had of a recorded run: the report opens beside this page, the others are kept. `address` repeats the run. */
export function RunFiles({ id, address }: { id: string; address?: string }) {
  return (
    <div class="run-files">
      {FILES.map(([kind, file]) => (
        <RunFile key={kind} kind={kind} href={`/api/runs/${encodeURIComponent(id)}/${file}`} />
      ))}
      {address !== undefined && (
        <span class="run-address">
          <a class="button small" href={address} target="_blank" rel="noopener" title={reportWords.repeatNote}>
            {reportWords.repeat}
          </a>
          <CopyButton text={address} label={reportWords.copyAddress} />
        </span>
      )}
    </div>
  )
}

function RunFile({ kind, href }: { kind: (typeof FILES)[number][0]; href: string }) {
  const [label, title] = reportWords.files[kind]
  const opens = kind === 'report' ? { target: '_blank', rel: 'noopener' } : { download: '' }
  return (
    <a class="button small" href={href} title={title} {...opens}>
      {label}
    </a>
  )
}
