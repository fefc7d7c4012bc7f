/** A variable that holds the absolute path of a folder, or `null`: an empty or relative one would mean the folder one stands in. */
export function folderIn(value: string | undefined): string | null {
  return value?.startsWith('/') ? value : null
}

/**
 * The home folder of whoever runs this: HOME, else that of the account. `null` where neither is known, as in a container
 * whose user has no account. `account` may throw, as the system does then.
 */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>>,
  account: () => string,
): string | null {
  const named = folderIn(env['HOME'])
  if (named !== null) return named
  try {
    return folderIn(account())
  } catch {
    return null
  }
}
