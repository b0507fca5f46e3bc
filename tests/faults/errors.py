#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""System calls of a run-due that fail, once or from there on: it ends in its own words with an exit code that is documented, soon and by no signal, and the
next run-due finds nothing lost, doubled or left. REPORTCTL_FAULTS=whole takes every place of every error."""
import pathlib, re, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e, faults

# (call, error, `on` for from there on, every so many places). Not brk: it returns the old end instead of an error, and glibc takes what is injected for an
# address.
PLAN = [
    ("pwrite64", "ENOSPC", "on", 3), ("pwrite64", "EIO", "", 3), ("pwrite64", "EDQUOT", "", 17), ("pwrite64", "EINTR", "", 17), ("pwrite64", "EFBIG", "", 29),
    ("fdatasync", "EIO", "", 1), ("fdatasync", "EIO", "on", 7), ("fdatasync", "ENOSPC", "", 5), ("fdatasync", "EINTR", "", 5),
    ("fsync", "EIO", "", 1), ("fsync", "ENOSPC", "on", 1), ("fsync", "EDQUOT", "", 1), ("fsync", "EINTR", "", 1),
    ("write", "ENOSPC", "", 1), ("write", "ENOSPC", "on", 1), ("write", "EIO", "", 1), ("write", "EDQUOT", "on", 1), ("write", "EINTR", "", 1), ("write", "EAGAIN", "", 1),
    ("openat", "EMFILE", "", 1), ("openat", "EMFILE", "on", 5), ("openat", "ENFILE", "on", 11), ("openat", "ENOMEM", "", 3), ("openat", "EACCES", "", 3),
    ("openat", "EIO", "", 5), ("openat", "ENOENT", "", 5), ("openat", "EINTR", "", 7),
    ("socket", "EMFILE", "", 1), ("socket", "EMFILE", "on", 1), ("socketpair", "EMFILE", "", 1), ("socketpair", "EMFILE", "on", 1), ("socket", "ENOBUFS", "", 1),
    ("connect", "ECONNREFUSED", "", 1), ("connect", "ENETUNREACH", "on", 1), ("connect", "ETIMEDOUT", "", 1), ("connect", "EINTR", "", 1), ("connect", "EADDRNOTAVAIL", "", 1),
    ("sendto", "ECONNRESET", "", 1), ("sendto", "EPIPE", "on", 1), ("sendto", "EINTR", "", 1), ("sendto", "EAGAIN", "", 1), ("sendto", "ENOBUFS", "", 1),
    ("recvfrom", "ECONNRESET", "", 1), ("recvfrom", "ETIMEDOUT", "on", 1), ("recvfrom", "EINTR", "", 1), ("recvfrom", "ENOMEM", "", 1),
    ("poll", "EINTR", "", 3), ("poll", "ENOMEM", "", 3), ("poll", "EINTR", "on", 11),
    ("linkat", "ENOSPC", "", 1), ("linkat", "EIO", "", 1), ("linkat", "EDQUOT", "on", 1), ("linkat", "EPERM", "", 1), ("linkat", "EXDEV", "on", 1), ("linkat", "ENOENT", "on", 1),
    ("renameat2", "ENOSPC", "", 1), ("renameat2", "EIO", "on", 1), ("renameat2", "EINVAL", "on", 1), ("mkdirat", "ENOSPC", "", 1), ("mkdirat", "EACCES", "on", 1),
    ("mkdir", "ENOSPC", "", 1), ("mkdir", "EACCES", "on", 1), ("mkdir", "EROFS", "", 1), ("unlink", "EIO", "", 1), ("unlink", "EACCES", "on", 1),
    ("flock", "EIO", "", 1), ("flock", "EINTR", "", 1), ("flock", "ENOLCK", "", 1), ("fcntl", "ENOLCK", "", 17), ("fcntl", "EIO", "", 23), ("fcntl", "EINTR", "", 23),
    ("pread64", "EIO", "", 2), ("pread64", "EINTR", "", 7), ("read", "EIO", "", 1), ("read", "EINTR", "", 1), ("getdents64", "EIO", "", 1), ("getdents64", "EIO", "on", 1),
    ("mmap", "ENOMEM", "", 1), ("mmap", "ENOMEM", "on", 3), ("mprotect", "ENOMEM", "", 1), ("mremap", "ENOMEM", "on", 1),
    ("utimensat", "EPERM", "", 1), ("newfstatat", "EIO", "", 11), ("newfstatat", "EACCES", "", 13), ("newfstatat", "ENOMEM", "", 29), ("lseek", "EIO", "", 1),
    ("getrandom", "ENOSYS", "", 3), ("getrandom", "EINTR", "", 3), ("close", "EIO", "", 5), ("close", "EINTR", "", 5), ("statfs", "EIO", "", 1), ("readlink", "EACCES", "", 1),
    ("clone", "EAGAIN", "", 1), ("clone3", "EAGAIN", "", 1), ("pipe2", "EMFILE", "", 1), ("shutdown", "ENOTCONN", "", 1), ("fchmod", "EPERM", "", 1), ("access", "EACCES", "", 1),
]
SAMPLE = [("pwrite64", "ENOSPC", "on"), ("fdatasync", "EIO", ""), ("write", "EIO", ""), ("openat", "EMFILE", ""), ("openat", "EMFILE", "on"), ("socket", "EMFILE", "on"),
          ("sendto", "EPIPE", "on"), ("recvfrom", "ECONNRESET", ""), ("poll", "EINTR", ""), ("linkat", "EIO", ""), ("getdents64", "EIO", "on"), ("readlink", "EACCES", "")]
MEMORY = {"mmap", "mprotect", "mremap"}


def is_loader(call, result):
    """The end that the dynamic loader made before main(): its own words, or none where it had no memory at all."""
    return (result.code == 127 and re.search("error while loading shared libraries|cannot allocate TLS data structures", result.err)) or (result.code == -11 and call in MEMORY and not result.err)


class Errors(e2e.Case):
    def fail_at(self, scenario, tally, call, error, mode, when):
        scenario.fresh()
        result, trace = scenario.traced(call, f"{call}:error={error}:when={when}{'+' if mode else ''}", timeout=50)
        if "(INJECTED)" not in trace:
            return False
        problems = []
        said = result.err.strip()
        mute = re.search(r" write\(2, .*INJECTED", trace)  # it could not say something
        if is_loader(call, result):
            pass
        elif result.code not in faults.EXITS:
            problems.append(f"exit {result.code}: {said[:300]}")
        elif re.search(r"internal error|\bstd::|bad_alloc|terminate called", said) or (result.code not in faults.CALM and not said and not mute):
            problems.append(f"unclear, with exit {result.code}: {said[:300]!r}")
        unclear = bool(problems)
        codes, said = scenario.settle(problems, result.err)
        facts = scenario.check(problems, [result.code, *codes], None if mute else said, expected=None, in_doubt=12)
        tally.add(f"{error} at {call} {when}{' and on' if mode else ''}", problems, unclear=unclear, **facts)
        return True

    def fail_all(self, transport):
        scenario = faults.Scenario(self, transport)
        tally = faults.Tally(self, f"errors with {transport}")
        if not faults.WHOLE:
            counts = scenario.count(sorted({call for call, _, _ in SAMPLE}))
            for call, error, mode in SAMPLE:
                for when in faults.chosen(counts[call], 2):
                    self.fail_at(scenario, tally, call, error, mode, when)
            return tally.close()
        for call, error, mode, step in PLAN:
            when = 1 + (faults.FIRST - 1) * step
            while self.fail_at(scenario, tally, call, error, mode, when):
                when += faults.EVERY * step
        tally.close()

    def test_a_call_that_fails_is_told_in_our_own_words_and_nothing_is_lost(self):
        for transport in ("smtp", "maildir") if faults.WHOLE else ("smtp",):
            self.fail_all(transport)


if __name__ == "__main__":
    e2e.main()
