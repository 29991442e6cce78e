import { useSignal } from '@preact/signals'
import { Icon } from './icons.tsx'
import { addressWords } from './words.ts'

const COPIED_MS = 2000

/** The clipboard exists only in secure contexts; elsewhere the text is selected whole by one click, to be copied by hand. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const copied = useSignal(false)
  if (!isSecureContext) return null
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    copied.value = true
    setTimeout(() => (copied.value = false), COPIED_MS)
  }
  return (
    <button
      type="button"
      class="icon-button"
      onClick={() => void copy()}
      aria-label={copied.value ? addressWords.copied : label}
      title={copied.value ? addressWords.copied : label}
    >
      <Icon name={copied.value ? 'check' : 'copy'} />
    </button>
  )
}

/** One text to be taken elsewhere, within a `dl`. */
export function AddressRow({ label, text }: { label: string; text: string }) {
  return (
    <div class="address">
      <dt>{label}</dt>
      <dd>
        <code title={text}>{text}</code>
        <CopyButton text={text} label={addressWords.copy(label)} />
      </dd>
    </div>
  )
}
