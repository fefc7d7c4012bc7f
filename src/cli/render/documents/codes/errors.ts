import type { ErrorCode } from '../../../../core/errors.ts'
import type { JournalProblem } from '../../../../journal/port.ts'
import { coded } from '../shape.ts'

/** Every code of an error. */
export const errorCode = coded<ErrorCode>('error', 'A code of an error.', {
  usage: 'the command line is wrong, or its options do not go together',
  'consent-missing': 'nobody could be asked, and `--yes` was not given',
  'no-terminal': 'something has to be asked, such as a key, and there is no terminal',
  cancelled: 'the person left a question, or pressed Ctrl-C',
  'gateway-refused-connection': 'nothing accepts connections at the URL of the gateway',
  'gateway-unknown-host': 'the host of the gateway is unknown',
  'gateway-tls': 'the TLS connection to the gateway failed, or its certificate is not trusted',
  'gateway-timeout': 'the gateway did not answer in time',
  'gateway-connection-lost': 'the connection was lost, or what answers does not speak HTTP',
  'gateway-redirect': 'the gateway redirects to elsewhere, where the key is not sent',
  'sign-in-before-gateway': 'something in front of LiteLLM wants a sign-in of its own: `--header`',
  'answer-too-large': 'the gateway sent an answer of more than 32 MB',
  'not-litellm': 'what answers at the URL is not LiteLLM, or not its admin API',
  'no-database': 'LiteLLM has no database, or cannot use it',
  'release-unreadable': 'LiteLLM could not tell its release, on which the form of a write depends',
  unauthorized: 'LiteLLM does not accept the key',
  'wrong-key-header': 'LiteLLM looks for the key in another header: `--key-header`',
  'not-admin': "the key is not a full admin's",
  'key-scoped': 'the admin does not see all servers',
  'role-unknown': "whether the key is an admin's could not be learned",
  'login-failed': 'LiteLLM does not accept the user name and password',
  'login-disabled': 'signing in by password is disabled there',
  'login-throttled': 'LiteLLM throttles sign-ins',
  'password-change-required': 'LiteLLM wants the password changed first',
  'inventory-invalid': 'the list of servers cannot be read, or is not whole',
  'migration-invalid': 'the migration is wrong, or unknown',
  'file-unreadable': 'a file that was named cannot be read',
  'config-invalid': 'a file of LiteLLM that was named is not one that it would take',
  'keys-invalid': 'the keys file is wrong',
  'journal-unwritable': 'the journal cannot be written',
  'journal-damaged': 'the journal is damaged, or holds what no run can have written',
  'journal-newer': 'a newer version of this program wrote the journal',
  'journal-unsafe': 'somebody else may have written the journal, or can write to it',
  'head-differs': 'the journal of the run has another head than `--expect-head` names',
  'run-not-found': 'the journal has no such run, or none that could be taken back',
  'run-interrupted': 'an earlier run did not finish, and has to be settled first',
  'lock-held': 'another run is under way on this gateway',
  'lock-unavailable': 'no lock can be taken, so another run would not be noticed',
  'canary-impossible': '`--canary` cannot be done on this release',
  'docker-failed': 'Docker did not do what it was asked',
  internal: 'a bug of this program, or an installation that is not whole',
})

/** What may be wrong with a journal: codes of errors, too. */
export const problemCode = coded<JournalProblem['code']>('problem', 'What may be wrong with a journal.', {
  'journal-damaged': 'it is damaged, from that line on where one is named',
  'journal-newer': 'a newer version of this program wrote it',
  'journal-unsafe': 'somebody else may have written it, or can write to it',
})
