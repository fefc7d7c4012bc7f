import { shellQuoted } from '../../core/show/shell.ts'
import type { Shell } from '../commands/all.ts'
import { NAME, readStart, type Start, startedAs } from '../started-as.ts'

/** bash splits words at = and :, which are joined again here; what it puts in stands after the last =. */
const bash = (call: string): string => `# Completion of ${NAME} for bash: source <(${NAME} completion bash)
_mcp_url_migrate() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() n=0 i word before found line
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    before=\${rest%%[![:space:]]*}
    rest=\${rest#"$before"}
    ((i == COMP_CWORD)) && word=$rest
    rest=\${rest#"$word"}
    if ((n > 0)) && [[ -z $before && ($word == [=:]* || \${words[n - 1]} == *[=:]) ]]; then
      words[n - 1]+=$word
    else
      words[n++]=$word
    fi
  done
  word=\${words[n - 1]}
  found=$(${call} complete "\${words[@]:1}" 2>/dev/null)
  case $found in
    :files) compopt -o filenames 2>/dev/null; before=-f ;;
    :folders) compopt -o filenames 2>/dev/null; before=-d ;;
    *) before= ;;
  esac
  COMPREPLY=()
  if [[ -n $before ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$before" -- "\${word#--*=}")
    return
  fi
  before=
  [[ $word == *=* && $COMP_WORDBREAKS == *=* ]] && before=\${word%=*}=
  while IFS=$'\\t' read -r line _; do
    [[ -n $line ]] && COMPREPLY+=("\${line#"$before"}")
  done <<<"$found"
}
complete -o nosort -F _mcp_url_migrate ${NAME} 2>/dev/null || complete -F _mcp_url_migrate ${NAME}
`

const zsh = (call: string): string => `#compdef ${NAME}
# Completion of ${NAME} for zsh: source <(${NAME} completion zsh), after compinit
_mcp_url_migrate() {
  local line
  local -a found
  found=("\${(@f)$(${call} complete "\${(@)words[2,CURRENT-1]}" "$IPREFIX$PREFIX" 2>/dev/null)}")
  case \${found[1]} in
    :files) compset -P '--*='; _files; return ;;
    :folders) compset -P '--*='; _files -/; return ;;
  esac
  local -a shown
  for line in $found; do
    [[ $line == *$'\\t'* ]] && line="\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"
    shown+=("$line")
  done
  [[ $PREFIX == -* ]] && _describe -V -o '${NAME}' shown || _describe -V '${NAME}' shown
}
compdef _mcp_url_migrate ${NAME}
`

const fish = (call: string): string => `# Completion of ${NAME} for fish: ${NAME} completion fish | source
function __mcp_url_migrate
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (${call} complete $words[2..-1] "$current" 2>/dev/null)
    set -l before (string match -r -- '^--[^=]*=' "$current")
    set -q before[1]; or set before ''
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$found[1]"
        case :files
            printf '%s\\n' $before(__fish_complete_path "$path")
        case :folders
            printf '%s\\n' $before(__fish_complete_directories "$path" '')
        case '*'
            printf '%s\\n' $found
    end
end
complete -c ${NAME} -k -f -a '(__mcp_url_migrate)'
`

const SCRIPTS: Record<Shell, (call: string) => string> = { bash, zsh, fish }

/** How a shell calls this program, wherever it is by then: by its name where that is on the PATH, else by its file. */
function callOf(start: Start): string {
  return startedAs(start) === NAME
    ? `command ${NAME}`
    : [process.execPath, start.real].map(shellQuoted).join(' ')
}

/** The completion script for a shell. It asks this program, for each word, what may come next. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell](callOf(readStart(process.env)))
