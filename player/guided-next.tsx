import type { Scenario } from '../simulation/scenario.ts'
import { CommandLine } from './command-line.tsx'
import { nextAddresses } from './guided-links.ts'
import type { GuidedNext, GuidedPage } from './guided-page-file.ts'
import { guidedWords as words } from './guided-words.ts'
import { Icon } from './icons.tsx'
import { videos } from './library-store.ts'
import { onLinkClick } from './navigation.ts'

type NextProps = { readonly page: GuidedPage; readonly scenario: Scenario; readonly path: string }

/** Where to go on from here: the same line with a real video, a map around it, the command. */
export function TryNext({ page, scenario, path }: NextProps) {
  const command = `npm run weir -- lab run ${path}`
  return (
    <section class="guided-next" aria-labelledby="guided-next">
      <h2 id="guided-next">{words.next}</h2>
      <ul>
        {page.next.map((next) => (
          <li key={next.says}>
            <p>{next.says}</p>
            {next.command !== undefined && <CommandLine text={next.command} />}
            {next.network !== undefined && <NextLinks next={next} page={page} scenario={scenario} />}
          </li>
        ))}
        <li>
          <p>{words.inTerminal}</p>
          <CommandLine text={command} />
        </li>
      </ul>
    </section>
  )
}

/** With the first video of the library that can be played both ways. */
function NextLinks({ next, page, scenario }: { next: GuidedNext; page: GuidedPage; scenario: Scenario }) {
  const video = videos.value.find(({ kind, variants }) => kind === 'video' && variants.length > 0)
  if (video === undefined) return <p class="chosen-note">{words.noVideo}</p>
  const { compare, map } = nextAddresses(next, scenario, video.id)
  return (
    <p class="guided-links">
      {compare !== undefined && (
        <a class="button" href={compare} onClick={onLinkClick} title={words.watchTitle}>
          <Icon name="play" />
          {words.watchIt(page.names[next.network ?? ''] ?? next.network ?? '')}
        </a>
      )}
      {map !== undefined && (
        <a class="button" href={map} onClick={onLinkClick} title={words.mapTitle}>
          {words.mapIt}
        </a>
      )}
    </p>
  )
}
