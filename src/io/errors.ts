// What the operating system answered, in words that say what to do.

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: change the rights of the file or run as its owner',
  EPERM: 'operation not permitted: change the rights of the file or run as its owner',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device: free some and run again',
  EDQUOT: 'the disk quota is used up: free some space and run again',
  EFBIG: 'the file would grow beyond the size limit that is set for this process',
  ENOENT: 'the file is gone',
  ELOOP: 'the symbolic links form a loop',
  EISDIR: 'it is a folder',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the device reports an input/output error',
}

/** Code of a system error (`EACCES`), empty for other values. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

export function errorText(error: unknown): string {
  return TEXTS[errorCode(error)] ?? (error instanceof Error ? error.message : String(error))
}
