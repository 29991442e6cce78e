declare module 'write-file-atomic' {
  /** Writes beside the file, syncs, renames over it; calls for the same file are queued. */
  export default function writeFileAtomic(path: string, data: string): Promise<void>
}
