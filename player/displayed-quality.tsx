import { useEffect, useMemo } from 'preact/hooks'
import { ProgressBar } from './progress-bar.tsx'
import { QualityFacts } from './quality-facts.tsx'
import { RunQualityStore } from './run-quality-store.ts'
import { qualityWords } from './words.ts'

/** Measures the displayed quality of a run that has ended, when somebody asks for it. */
export function DisplayedQuality({ id }: { id: string }) {
  const store = useMemo(() => new RunQualityStore(id), [id])
  useEffect(() => {
    void store.look()
    return () => store.close()
  }, [store])
  return (
    <div class="displayed-quality" aria-live="polite">
      <State store={store} />
    </div>
  )
}

function State({ store }: { store: RunQualityStore }) {
  const quality = store.quality.value
  const problem = store.problem.value ?? quality?.problem
  if (problem !== undefined)
    return <Offer store={store} label={qualityWords.again} note={`${qualityWords.failed} ${problem}`} />
  switch (quality?.state) {
    case undefined:
    case 'failed': // with a problem, above
      return null
    case 'none':
      return <Offer store={store} label={qualityWords.measure} note={qualityWords.note} />
    case 'waiting':
    case 'measuring':
      return <Progress store={store} label={qualityWords[quality.state]} ratio={quality.progressRatio} />
    case 'measured':
      return <QualityFacts quality={quality} />
  }
}

function Offer({ store, label, note }: { store: RunQualityStore; label: string; note: string }) {
  return (
    <>
      <button type="button" class="button small" onClick={() => void store.start()}>
        {label}
      </button>
      <p class="run-note">{note}</p>
    </>
  )
}

function Progress({ store, label, ratio }: { store: RunQualityStore; label: string; ratio: number }) {
  return (
    <>
      <p class="run-note">{label}</p>
      <ProgressBar ratio={ratio} label={label} />
      <button type="button" class="button small" onClick={() => void store.giveUp()}>
        {qualityWords.giveUp}
      </button>
    </>
  )
}
