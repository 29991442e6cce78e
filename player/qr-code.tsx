import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { addressWords } from './words.ts'

const QUIET_MODULES = 4 // ISO/IEC 18004 section 9.1: the empty border that scanners need

/** The address as a QR code, dark on white in both themes, since many scanners read nothing else. The encoder loads when
 *  a code is wanted; where it does not, the address stands beside it anyway. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const modules = useSignal<readonly (readonly boolean[])[] | undefined>(undefined)
  useEffect(() => {
    let isWanted = true
    import('uqr')
      .then(({ encode }) => {
        if (isWanted) modules.value = encode(text, { ecc: 'M', border: QUIET_MODULES }).data
      })
      .catch(() => undefined)
    return () => void (isWanted = false)
  }, [text])
  const rows = modules.value ?? []
  return (
    <svg
      class="qr-code"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={`${addressWords.qr} ${label}`}
    >
      <path d={rows.flatMap(squares).join('')} />
    </svg>
  )
}

/** The dark modules of a row, a path each. */
function squares(row: readonly boolean[], y: number): string[] {
  return row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))
}
