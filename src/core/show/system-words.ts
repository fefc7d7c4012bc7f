import { codeOf } from '../errors.ts'

/** What the system says no to: a file that is read, or one that is made or replaced. */
export type Doing = 'read' | 'write'

const NO_FILE = 'it is not a regular file'
/** Of a file that cannot be replaced as something is mounted right there. */
export const OWN_MOUNT =
  'the file itself is mounted, as into a container: run this program where the file really lives, on the host'

/** In words what a code of the system means for a file: for both, or for reading and for writing. */
const WORDS: Record<string, string | readonly [read: string, write: string]> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: ['no permission to read it', 'no permission to write in the folder'],
  EPERM: [
    'no permission to read it',
    'the system forbids it: the file or its folder is immutable (lsattr shows it), or, in a folder such as /tmp, belongs to somebody else',
  ],
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EBUSY: ['it is in use', OWN_MOUNT],
  EXDEV: OWN_MOUNT,
  EEXIST: 'such a file exists already',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  ENXIO: NO_FILE,
  ENODEV: NO_FILE,
  ESPIPE: NO_FILE,
  EAGAIN: NO_FILE,
  EFBIG: 'a file may not be that large',
  ERR_STRING_TOO_LONG: 'it is too large',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
  EIO: 'the disk reports an error',
  ESTALE: 'somebody deleted or replaced it meanwhile',
  ETIMEDOUT: 'its disk does not answer',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOMEM: 'there is no memory left',
  ETXTBSY: 'it is in use, as a program',
  EINVAL: 'the file system does not allow it',
  ENOTSUP: 'the file system does not allow it',
  EOPNOTSUPP: 'the file system does not allow it',
  ERR_INVALID_ARG_VALUE: 'no file can have such a name',
}

/** Why a file could not be read or written, in words for a person: from what the system threw. */
export function fileWords(error: unknown, doing: Doing): string {
  const code = codeOf(error)
  const words = WORDS[code] ?? `the system says ${code}`
  if (typeof words === 'string') return words
  return words[doing === 'read' ? 0 : 1]
}
