import type { Consent } from '../../../../core/plan/consent/consent.ts'
import type { Note, SkippedCode } from '../../../../core/plan/plan.ts'
import { coded, kept, type Meanings } from '../shape.ts'

const CONSENTS: Meanings<Consent> = {
  reauthorization: 'people have to sign in again',
  'client-loss': "the OAuth client's id and secret may be lost",
  grants: 'the id changes, and those who hold it lose access until they are granted the new one',
  unreachable: 'it does not work at the new URL',
}

/** What a change may wait for. */
export const consent = coded<Consent>(
  'consent',
  'What a change may wait for; the words of `--accept`.',
  CONSENTS,
)

/** What a change brings with it besides the new value. */
export const effectCode = kept('effect', 'What a change brings with it besides the new value.', {
  ...CONSENTS,
  'tls-removed': '`https` becomes `http`',
  'settings-restored': 'OAuth settings are cleared with the URL, and put back by a second write',
  'issuer-cleared': "the issuer is cleared, and cannot be put back without the client's secret",
  'id-changes': 'the id changes, and nobody holds the present one',
  'may-hang': 'LiteLLM may leave the write unanswered while it looks for sign-in settings at the new URL',
  'over-edit': 'it is written over what somebody else wrote since',
  restart: 'it takes effect when LiteLLM is restarted',
  'shared-url': 'other servers have their URL from the same place of the file, and move with it',
  'shared-variable': 'other servers have their URL from the same variable, and move with it',
})

/** Why a server is left alone. */
export const skippedCode = coded<SkippedCode>('skipped', 'Why a server is left alone.', {
  'config-defined':
    "the server is in LiteLLM's config.yaml, and its file was not given or cannot be changed; give it with `--litellm-config FILE`, or apply the `patch`",
  'file-not-named':
    'reverting: it stands in a file that was not named again; add the option that the message names',
  unreadable: 'its record could not be read, or not exactly; the message says why',
  absent: 'reverting: the server was deleted since',
  'wrong-id': "the gateway sent another server's record",
  'near-miss':
    'almost the old address: another port, `localhost.`, another host on that port; nothing to do, or `--from … --to …`',
  'user-info': 'a user name in the URL; nothing to do, or change it by hand',
  'env-reference': '`os.environ/…`; nothing to do, or change it by hand',
  malformed: 'a text that is not a URL; nothing to do, or change it by hand',
  'name-rule':
    'this release refuses or changes its alias or name whenever it is written; rename it, or update LiteLLM',
  drifted: 'reverting: it no longer holds what the run wrote; decide by hand',
})

/** What a remark is about. */
export const noteCode = coded<Note['code']>('note', 'What a remark is about.', {
  'old-address': 'the old address stands in another field, which stays as it is',
  'near-miss': 'the URL is almost the old address, and stays while other fields change',
  'suspicious-list': 'the list of servers is shorter than in the last run',
  'empty-url': 'LiteLLM lists the server without a URL, as it was started without a variable',
  'file-fault': 'a file that was named does not fit; its servers are left alone',
  'not-listed': 'a file that was named holds servers to move that the gateway does not list',
  'file-fixed': 'a file that would be changed cannot be replaced as it stands',
  'duplicate-key': 'a key stands in a file twice; LiteLLM takes the last',
  'start-fault': 'something would keep LiteLLM from starting with these files',
  deleted: 'the server was deleted while the servers were read',
  unlisted: 'the server is in no list',
  'newer-release': 'the release is newer than those that were checked',
  'release-note': 'what to know of the release',
  'other-run': 'about another run: it stays in force, or was made through another address',
  'clock-ahead': "a run began in the future by this machine's clock",
  'other-address': 'a run was made through another address, and may be about this gateway',
  'still-changed': 'a field is not as it was before the run, and is not put back',
  'not-restorable': 'what the run took from the server does not come back',
  'by-form': 'the changes of the run could be checked by their form only, as its migration is not at hand',
  'not-by-rule': 'the run wrote what no migration writes, as over an edit of somebody else',
  'rule-changed': 'a migration is not what it was when a run used it on this gateway',
  'same-url': 'several servers would have one URL',
  'no-database': 'LiteLLM has no database: all its servers stand in config.yaml',
})
