import type { MigrateError } from '../../core/errors.ts'

/** `mcp-url-migrate/error/1` */
export function errorDocument({ code, message, hint }: MigrateError) {
  return { schema: 'mcp-url-migrate/error/1', code, message, hint }
}
