import { CopyButton } from './address-row.tsx'
import { labWords } from './words.ts'

/** A command for a terminal, to be copied. */
export function CommandLine({ text }: { text: string }) {
  return (
    <div class="lab-command">
      <code>{text}</code>
      <CopyButton text={text} label={labWords.copy(text)} />
    </div>
  )
}
