// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/stop.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include "reportctl/base/error.hpp"

namespace reportctl {

namespace {

constexpr long kSameRequest = 200;  ///< milliseconds

// A signal handler has nothing else to write to.
volatile sig_atomic_t stopped_by = 0;
volatile long stopped_at = 0;  ///< milliseconds of the monotonic clock

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: a blocking call comes back with EINTR and sees the request
  ::sigaction(number, &action, nullptr);
}

long milliseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/// A call that began to wait just after the signal came has not seen it: every second it is interrupted, and the request is seen.
extern "C" void wake(int) { ::alarm(1); }

extern "C" void on_stop_signal(int number) {
  const long now = milliseconds_now();
  // timeout(1) signals its child and then the whole group.
  if (stopped_by == number && now - stopped_at < kSameRequest) return;
  if (stopped_by != 0) ::_exit(128 + number);
  stopped_at = now;
  stopped_by = number;
  set_handler(SIGALRM, wake);
  wake(SIGALRM);
}

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void install_signal_handlers() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    if (!is_ignored(number)) set_handler(number, on_stop_signal);  // nohup, and a shell's background jobs, ignore some on purpose
  for (const int number : {SIGPIPE, SIGXFSZ}) set_handler(number, SIG_IGN);
  set_handler(SIGCHLD, SIG_DFL);  // a parent that ignores it would take our children's exit codes away
}

bool stop_requested() { return stopped_by != 0; }

int stop_signal() { return stopped_by; }

void throw_if_stopped() {
  if (!stop_requested()) return;
  const char* name = ::sigabbrev_np(stop_signal());
  throw Error(ErrorKind::interrupted, fmt::format("stopped by SIG{}", name == nullptr ? "?" : name));
}

}  // namespace reportctl
