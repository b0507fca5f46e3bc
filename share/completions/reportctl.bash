# bash completion for reportctl
_reportctl() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ ${COMPREPLY[0]-} == @files ]]; then
    COMPREPLY=()
    compopt -o default 2>/dev/null
    return
  fi
  local i
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  for i in "${!COMPREPLY[@]}"; do
    printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
    COMPREPLY[i]=${COMPREPLY[i]//\\,/,}  # a comma needs no escape: lists are typed without
  done
}
complete -F _reportctl reportctl
