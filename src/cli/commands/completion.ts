import type { Run } from '../command-spec.ts';

/** All three ask the program itself what fits (`serin __complete WORDS…`), so they never grow old. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_serin() {
  local words
  mapfile -t words < <(serin __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "\${words[0]:-}" = ":file" ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  else
    mapfile -t COMPREPLY < <(compgen -W "\${words[*]%%$'\\t'*}" -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
COMP_WORDBREAKS=\${COMP_WORDBREAKS//=}
complete -o default -F _serin serin`,
  zsh: `#compdef serin
_serin() {
  local -a lines
  lines=("\${(@f)$(serin __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" = ":file" ]]; then
    _files
  else
    local -a pairs
    pairs=("\${(@)lines/$'\\t'/:}")
    _describe serin pairs
  fi
}
compdef _serin serin`,
  fish: `function __serin_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (serin __complete $words[2..-1] 2>/dev/null)
  if test "$lines[1]" = ":file"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines
  end
end
complete -c serin -f -a '(__serin_complete)'`,
};

export const run: Run = async (context, input) => {
  context.print(scripts[input.operands[0] ?? ''] ?? '');
};
