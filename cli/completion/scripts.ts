/**
 * What a shell has to be told once. The scripts know nothing of the commands: at each Tab they ask `bramble __complete`,
 * so that they never get out of date. It answers a candidate a line (`word`, a tab, a description) and a last line
 * that begins with a colon: `:files` to add local files, `:open` when more of the same word may follow, `:done`.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}

// Bash breaks words at colons; the words are put together again here, and the part before the colon is taken off
// the candidates, because bash puts it there itself.
const BASH = `# bash completion for bramble: eval "$(bramble completion bash)"
_bramble() {
  local line words current directive cut candidate
  line="\${COMP_LINE:0:COMP_POINT}"
  read -ra words <<< "$line"
  current=""
  if [[ -n "$line" && "\${line: -1}" != " " ]]; then
    current="\${words[-1]}"
    unset 'words[-1]'
  fi
  cut=""
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then cut="\${current%"\${current##*:}"}"; fi
  COMPREPLY=()
  directive=":done"
  while IFS=$'\\t' read -r candidate _; do
    if [[ "$candidate" == :* ]]; then directive="$candidate"; continue; fi
    COMPREPLY+=("\${candidate#"$cut"}")
  done < <("\${words[0]:-bramble}" __complete -- "\${words[@]:1}" "$current" 2>/dev/null)
  case "$directive" in
    :files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "$current")
      ;;
    :open) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _bramble bramble
`;

const ZSH = `#compdef bramble
# zsh completion for bramble: eval "$(bramble completion zsh)"
_bramble() {
  local -a plain described
  local line word description directive=":done"
  while IFS= read -r line; do
    if [[ "$line" == :* ]]; then directive="$line"; continue; fi
    word="\${line%%$'\\t'*}"
    description="\${line#*$'\\t'}"
    plain+=("$word")
    described+=("\${word}\${description:+  -- $description}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT-1]}" "\${PREFIX}" 2>/dev/null)
  case "$directive" in
    :files) (( \${#plain} )) && compadd -d described -a plain; _files ;;
    :open) compadd -S '' -d described -a plain ;;
    *) compadd -d described -a plain ;;
  esac
}
if [[ "\${funcstack[1]}" == "_bramble" ]]; then _bramble "$@"; else compdef _bramble bramble; fi
`;

const FISH = `# fish completion for bramble: bramble completion fish | source
function __bramble_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete -- $words[2..] "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c bramble -f -a '(__bramble_complete)'
`;
