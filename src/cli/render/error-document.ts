import type { MigrateError } from '../../core/errors.ts'
import type { ErrorDocument } from './documents/error.ts'

/** `mcp-url-migrate/error/1` */
export function errorDocument({ code, message, hint }: MigrateError): ErrorDocument {
  return { schema: 'mcp-url-migrate/error/1', code, message, hint }
}
