import { useSignal } from '@preact/signals'
import { FileButton } from './file-button.tsx'
import type { NetworkLink } from './network-link.ts'
import { profileWords } from './words.ts'

/** Gives the browser a text to keep as a file. */
function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text]))
  const anchor = Object.assign(document.createElement('a'), { href: address, download: name })
  anchor.click()
  URL.revokeObjectURL(address)
}

/** The whole network as a file, and back: what the address has no room for, and what weir.yaml and scenarios read. */
export function ProfileButtons({ link }: { link: NetworkLink }) {
  const problems = useSignal<readonly string[]>([])
  const save = async (kind: 'yaml' | 'json') => {
    const { writeProfileJson, writeProfileYaml } = await import('./profile-file.ts')
    const profile = link.profile.value
    const text = kind === 'yaml' ? writeProfileYaml(profile) : writeProfileJson(profile)
    saveAs(`weir-${profile.name ?? 'network'}.${kind}`, text)
  }
  const open = async (file: File) => {
    const { readProfileText } = await import('./profile-file.ts')
    const read = readProfileText(await file.text())
    problems.value = read.ok ? [] : read.problems
    if (read.ok) link.replace(read.profile)
  }
  return (
    <div class="profile-buttons">
      <FileButton label={profileWords.open} title={profileWords.openTitle} accept=".yaml,.yml,.json" onFile={open} />
      <button type="button" class="button small" title={profileWords.saveYamlTitle} onClick={() => void save('yaml')}>
        {profileWords.saveYaml}
      </button>
      <button type="button" class="button small" title={profileWords.saveJsonTitle} onClick={() => void save('json')}>
        {profileWords.saveJson}
      </button>
      {problems.value.length > 0 && (
        <div class="network-problem" role="alert">
          <p>{profileWords.refused}</p>
          <ul>
            {problems.value.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
