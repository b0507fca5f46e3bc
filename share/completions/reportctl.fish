# fish completion for reportctl
function __reportctl_complete
    set -l words (commandline -opc) (commandline -ct)
    reportctl __complete $words[2..-1] 2>/dev/null
end
complete -c reportctl -a '(__reportctl_complete)'
