import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** A file that misses the button must not take the page's place: the browser would open it and leave. */
function useNoStrayDrops(): void {
  useEffect(() => {
    const prevent = (event: DragEvent) => event.preventDefault()
    addEventListener('dragover', prevent)
    addEventListener('drop', prevent)
    return () => {
      removeEventListener('dragover', prevent)
      removeEventListener('drop', prevent)
    }
  }, [])
}

/** A button that opens one file; it may be dropped on it too. */
export function FileButton({
  label,
  title,
  accept,
  onFile,
}: {
  label: string
  title: string
  accept?: string
  onFile: (file: File) => Promise<void>
}) {
  const input = useRef<HTMLInputElement>(null)
  const isOver = useSignal(false)
  useNoStrayDrops()
  const open = (files: FileList | null | undefined) => {
    const file = files?.[0]
    if (file !== undefined) void onFile(file)
  }
  return (
    <span
      class={isOver.value ? 'file-button over' : 'file-button'}
      onDragOver={(event) => {
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault()
        isOver.value = false
        open(event.dataTransfer?.files)
      }}
    >
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept={accept}
        aria-label={label}
        tabIndex={-1}
        onChange={(event) => {
          open(event.currentTarget.files)
          event.currentTarget.value = ''
        }}
      />
      <button type="button" class="button small" title={title} onClick={() => input.current?.click()}>
        <Icon name="upload" />
        {label}
      </button>
    </span>
  )
}
