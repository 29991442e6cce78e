import type { ComponentChildren } from 'preact'

/** One step of a story, with the section that says so. */
export function WhyStep({ title, source, children }: { title: string; source: string; children: ComponentChildren }) {
  return (
    <li class="why-step">
      <h3>
        {title}
        <cite>{source}</cite>
      </h3>
      {children}
    </li>
  )
}
