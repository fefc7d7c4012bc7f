import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './package-folder.ts'

/** Is this how a file or folder is named, and not a migration that ships? Ids have neither a slash nor a dot. */
export const isPath = (name: string): boolean => /[/\\.]/.test(name)

/** Is this the name of a migration file? */
export const isYaml = (name: string): boolean => /\.ya?ml$/.test(name)

/** The folder of the migrations that ship with the tool. */
export const shippedFolder = (): string => join(packageFolder(), 'migrations')

/** The ids of the migrations that ship with the tool: the names of their files. */
export const shippedIds = (): string[] =>
  readdirSync(shippedFolder())
    .filter(isYaml)
    .map((name) => name.replace(/\.ya?ml$/, ''))
