/* SPDX-License-Identifier: MIT
 * Copyright the reportctl authors
 *
 * kill_at CALL NUMBER COMMAND…: runs the command, and kills it with SIGKILL as it enters the call of that name for that time,
 * counted over all of its threads and children. Ends as the command does; 137 after a kill. It stops at no other call, where
 * strace, to send a signal, stops at each: a fifth of the time. */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(name) \
  { #name, SYS_##name }
static const struct {
  const char* name;
  unsigned number;
} kCalls[] = {CALL(pwrite64), CALL(write), CALL(fsync),     CALL(fdatasync), CALL(rename),  CALL(renameat2), CALL(unlink),
              CALL(linkat),   CALL(mkdir), CALL(mkdirat),   CALL(ftruncate), CALL(connect), CALL(sendto),    CALL(recvfrom),
              CALL(openat),   CALL(flock), CALL(utimensat), CALL(shutdown),  CALL(close)};

static void be_traced(unsigned number, char** command) {
  struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  ptrace(PTRACE_TRACEME, 0, NULL, NULL);
  raise(SIGSTOP); /* until the parent has said what it wants to see */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
    execvp(command[0], command);
  _exit(126);
}

int main(int argc, char** argv) {
  unsigned call = 0;
  const unsigned count = sizeof kCalls / sizeof *kCalls;
  while (argc > 3 && call < count && strcmp(kCalls[call].name, argv[1]) != 0) call++;
  if (argc <= 3 || call == count) return 125;
  long left = atol(argv[2]);
  const pid_t child = fork();
  if (child == 0) be_traced(kCalls[call].number, argv + 3);
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return 125;
  ptrace(PTRACE_SETOPTIONS, child, NULL,
         (void*)(PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                 PTRACE_O_TRACEEXEC));
  ptrace(PTRACE_CONT, child, NULL, NULL);
  for (pid_t one; (one = waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) {
      if (one == child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      continue;
    }
    const int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP && --left == 0) kill(one, SIGKILL);
    /* A new thread begins with a stop that nobody sent. */
    const int signal = event != 0 || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_CONT, one, NULL, (void*)(long)signal);
  }
  return 125;
}
