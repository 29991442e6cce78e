import { wayClaims } from './realtime-claims.ts'
import type { WayRow } from './realtime-rows.ts'
import { claimWords as words, wayWords } from './realtime-words.ts'

/** A short text for each way, with this run's numbers. */
export function RealtimeClaims({ rows }: { rows: readonly WayRow[] }) {
  const byWay = new Map(rows.map((row) => [row.way, row]))
  return (
    <section class="realtime-part" aria-labelledby="realtime-claims">
      <h2 id="realtime-claims">{words.title}</h2>
      <ul class="realtime-claims">
        {wayClaims.map(({ way, fits, source, measured }) => {
          const own = byWay.get(way)
          return (
            <li key={way}>
              <h3>{wayWords[way].name}</h3>
              <p>{fits}</p>
              {own !== undefined && <p>{measured(own, byWay)}</p>}
              <a href={source.href} rel="noreferrer">
                {source.text}
              </a>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
