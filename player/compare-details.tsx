import type { Video } from '../protocol/weir-api.ts'
import { CatchUpTable } from './catch-up-table.tsx'
import { FigureTable, OwnFigures } from './figures.tsx'
import { latencyWords } from './latency-words.ts'
import { packageFolder } from './package-folder.ts'
import type { Viewing } from './viewing.ts'
import { wayWords } from './way-words.ts'
import { detailWords, sideWords } from './words.ts'

/** What few ask for: every figure, and the files. */
export function CompareDetails({ viewing, video }: { viewing: Viewing; video: Video }) {
  return (
    <>
      <details class="fold more">
        <summary>{detailWords.figures}</summary>
        <AllFigures viewing={viewing} />
      </details>
      {viewing.isLive && (
        <details class="fold more">
          <summary>{latencyWords.catchUpTable.title}</summary>
          <CatchUpTable latencies={viewing.latencies} />
        </details>
      )}
      {!viewing.isLive && (
        <details class="fold more">
          <summary>{detailWords.downloads}</summary>
          <Downloads video={video} />
        </details>
      )}
    </>
  )
}

function AllFigures({ viewing }: { viewing: Viewing }) {
  const { hls, udp, third } = viewing.sides.value
  const { way, third: thirdWay = way } = viewing.settings.value
  const titles = { hls: sideWords.hls, udp: wayWords.options[way], third: wayWords.options[thirdWay] }
  const sides = [hls, udp, third].filter((side) => side !== undefined)
  const told = sides.map(({ name, status }) => ({ name, title: titles[name], status: status.value }))
  return (
    <>
      <FigureTable sides={told} />
      {told.map((side) => (
        <OwnFigures key={side.name} {...side} />
      ))}
    </>
  )
}

function Downloads({ video }: { video: Video }) {
  const id = encodeURIComponent(video.id)
  return (
    <p class="downloads">
      <a class="button small" href={`/api/videos/${id}/source`} title={detailWords.sourceTitle} download>
        {detailWords.source}
      </a>
      <a class="button small" href={`/api/videos/${id}/package`} title={detailWords.packageTitle} download>
        {detailWords.package}
      </a>
      <a class="button small" href={`${packageFolder(video)}/master.m3u8`} title={detailWords.playlistTitle} download>
        {detailWords.playlist}
      </a>
    </p>
  )
}
