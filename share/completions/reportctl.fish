# fish completion for reportctl
function __reportctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (reportctl __complete $words[2..-1] 2>/dev/null)
    if test "$found" = @files
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        string join \n -- $found
    end
end
complete -c reportctl -f -a '(__reportctl_complete)'
