import type { BarLook } from './guided-bars.ts'

/** A side with its mark; a name of two lines stands beside it. */
export function SideLabel({ look, name }: { look: BarLook; name: string }) {
  return (
    <span class="guided-label">
      <i class={`mark ${look}`} aria-hidden="true" />
      <span>{name}</span>
    </span>
  )
}
