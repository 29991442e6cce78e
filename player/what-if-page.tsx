import { useEffect, useMemo } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { ChosenCell } from './chosen-cell.tsx'
import { HeatMap } from './heat-map.tsx'
import { MapLegend, MapStatus } from './map-legend.tsx'
import { MapTable } from './map-table.tsx'
import { ChooseAnotherVideo, useVideo } from './video-of-address.tsx'
import { WhatIf } from './what-if.ts'
import { MapChoices, WhatIfControls } from './what-if-controls.tsx'
import { mapMeasureOf } from './what-if-settings.ts'
import { exposeWhatIf } from './what-if-snapshot.ts'
import { shellWords, whatIfWords } from './words.ts'

export function WhatIfPage({ videoId }: { videoId: string }) {
  const { video, problem } = useVideo(videoId)
  useEffect(() => {
    document.title = shellWords.titled(video === undefined ? whatIfWords.title : whatIfWords.titleOf(video.title))
  }, [video?.title])
  if (problem !== undefined && video === undefined) return <ChooseAnotherVideo message={problem} />
  if (video === undefined) return null
  return <WhatIfOf key={video.id} video={video} />
}

/** While a video grows, the page stays with what it was at first. */
function WhatIfOf({ video }: { video: Video }) {
  const whatIf = useMemo(() => new WhatIf(video), [])
  const isSimulated = video.kind === 'video' && video.variants.length > 0
  useEffect(() => {
    if (!isSimulated) return
    void whatIf.open()
    const hide = exposeWhatIf(whatIf)
    return () => {
      hide()
      whatIf.close()
    }
  }, [whatIf])
  return (
    <div class="what-if">
      <div class="what-if-head">
        <h1 title={video.title}>{whatIfWords.titleOf(video.title)}</h1>
      </div>
      {isSimulated ? <Simulated whatIf={whatIf} /> : <ChooseAnotherVideo message={whatIfWords.notSimulated} />}
    </div>
  )
}

function Simulated({ whatIf }: { whatIf: WhatIf }) {
  const { measure, shown } = whatIf.settings.value
  const job = whatIf.job.value
  const place = whatIf.place.value
  const problem = whatIf.problem.value
  return (
    <>
      <section class="what-if-map" aria-label={whatIfWords.map}>
        <MapChoices whatIf={whatIf} />
        {problem !== undefined && (
          <p class="network-problem" role="alert">
            {problem}
          </p>
        )}
        {job !== undefined && (
          <>
            <HeatMap whatIf={whatIf} job={job} />
            <MapStatus whatIf={whatIf} job={job} />
          </>
        )}
        <MapLegend measure={mapMeasureOf(measure)} shown={shown} />
      </section>
      <div class="what-if-side">
        <WhatIfControls whatIf={whatIf} />
      </div>
      <div class="what-if-main">
        {job !== undefined && place !== undefined && <ChosenCell whatIf={whatIf} job={job} place={place} />}
        {job !== undefined && <MapTable whatIf={whatIf} job={job} />}
        <details class="fold what-if-trust">
          <summary>{whatIfWords.trust}</summary>
          <ul>
            {whatIfWords.trustNotes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      </div>
    </>
  )
}
