// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "reportctl/base/file.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "scratch.hpp"

using namespace reportctl;
using std::chrono::seconds;

namespace {

using Clock = std::chrono::steady_clock;

/// The exit code of a child that runs `work`, 128+N for signal N. Its standard error goes to `path`, if one is given.
template <typename Work>
int in_child(const Work& work, const std::filesystem::path& path = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!path.empty()) ::dup2(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a command runs without a shell, with nothing on its standard input") {
  CHECK(run_command({"echo", "$HOME; ls", "*"}, seconds{10}, 1000).output == "$HOME; ls *\n");
  CHECK(run_command({"cat"}, seconds{10}, 1000).output.empty());
  CHECK(run_command({"sh", "-c", "exit 7"}, seconds{10}, 1000).exit_code == 7);
  CHECK(run_command({"sh", "-c", "kill -TERM $$"}, seconds{10}, 1000).exit_code == 143);
  CHECK(run_command({"head", "-c", "1000", "/dev/zero"}, seconds{10}, 1000).output.size() == 1000);
  CHECK(run_command({"sh", "-c", "exec >&-; exit 5"}, seconds{10}, 1000).exit_code == 5);
  CHECK(run_command({"head", "-c", "200000", "/dev/zero"}, seconds{10}, 1000000).output.size() == 200000);
}

TEST_CASE("a command gets the signals that we ignore back") {
  auto* const old = ::signal(SIGPIPE, SIG_IGN);
  const CommandResult result = run_command({"sh", "-c", "kill -PIPE $$; echo survived"}, seconds{10}, 1000);
  ::signal(SIGPIPE, old);
  CHECK(result.exit_code == 141);
  CHECK(result.output.empty());
}

TEST_CASE("a command that takes too long is killed in time, with what it started") {
  const Scratch scratch;
  const std::string script = fmt::format("sleep 30 & echo $! > {0}; sleep 30", (scratch / "pid").string());
  const auto start = Clock::now();
  const Error error = error_of([&] { run_command({"sh", "-c", script}, seconds{1}, 1000); });
  const auto took = Clock::now() - start;
  CHECK(error.kind() == ErrorKind::config);
  CHECK(std::string(error.what()) == "sh took longer than 1 s and was ended");
  CHECK(took >= seconds{1});
  CHECK(took < seconds{5});
  const long grandchild = std::stol(read_file(scratch / "pid"));
  for (int i = 0; i < 2000 && ::kill(static_cast<pid_t>(grandchild), 0) == 0; ++i) {  // a zombie until init collects it
    if (read_file(fmt::format("/proc/{}/stat", grandchild)).find(") Z ") != std::string::npos) break;
    ::sched_yield();
  }
  const bool gone = ::kill(static_cast<pid_t>(grandchild), 0) != 0 ||
                    read_file(fmt::format("/proc/{}/stat", grandchild)).find(") Z ") != std::string::npos;
  CHECK(gone);
}

TEST_CASE("a command is over when it ends, even if something it started keeps the pipe") {
  const auto start = Clock::now();
  CHECK(run_command({"sh", "-c", "sleep 30 & echo done"}, seconds{20}, 1000).output == "done\n");
  CHECK(Clock::now() - start < seconds{10});
}

TEST_CASE("a command that closes its output and lingers is still held to the time") {
  const auto start = Clock::now();
  CHECK(error_of([] { run_command({"sh", "-c", "exec >&-; sleep 30"}, seconds{1}, 1000); }).kind() == ErrorKind::config);
  CHECK(Clock::now() - start < seconds{5});
}

TEST_CASE("a command that talks too much, or cannot start, is an error") {
  CHECK(std::string(error_of([] { run_command({"yes"}, seconds{10}, 1000); }).what()) == "yes printed more than 1000 bytes");
  CHECK(std::string(error_of([] { run_command({"/nonexistent"}, seconds{10}, 1000); }).what()) ==
        "cannot run /nonexistent: No such file or directory");
  CHECK(std::string(error_of([] { run_command({"/etc/passwd"}, seconds{10}, 1000); }).what()) ==
        "cannot run /etc/passwd: Permission denied");
  CHECK(error_of([] { run_command({}, seconds{10}, 1000); }).kind() == ErrorKind::config);
}

TEST_CASE("a process is alive until it ends, and its pid's next owner is somebody else") {
  const ProcessIdentity self = this_process();
  CHECK(self.pid == ::getpid());
  CHECK(self.start_time > 0);
  CHECK_FALSE(self.host.empty());
  CHECK(self.boot_id.size() == 36);
  CHECK(is_alive(self));
  CHECK(self == this_process());

  ProcessIdentity other = self;
  other.start_time += 1;
  CHECK_FALSE(is_alive(other));
  other = self;
  other.boot_id = "another boot";
  CHECK_FALSE(is_alive(other));
  other = self;
  other.host = "another host";
  other.boot_id = "another boot";
  CHECK(is_alive(other));
  other = self;
  other.pid = 0;
  CHECK_FALSE(is_alive(other));

  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[1]);
    char byte = 0;
    ::_exit(static_cast<int>(::read(ends[0], &byte, 1)));
  }
  ProcessIdentity theirs = self;
  theirs.pid = child;
  const std::string stat = read_file(fmt::format("/proc/{}/stat", child));
  int field = 2;
  std::size_t position = stat.rfind(')');
  while (++field <= 22) position = stat.find(' ', position + 1);
  theirs.start_time = std::stoll(stat.substr(position));
  CHECK(is_alive(theirs));
  ::close(ends[0]);
  ::close(ends[1]);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  CHECK_FALSE(is_alive(theirs));  // a zombie
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(is_alive(theirs));
}

TEST_CASE("who is at the shell, and whom sudo names") {
  CHECK(current_login() == run_command({"id", "-run"}, seconds{10}, 1000).output.substr(0, current_login().size()));
  CHECK_FALSE(current_login().empty());
  const WithVariable sudo("SUDO_USER", "ann\n");
  CHECK(sudo_claim() == "ann\\x0a");
}

TEST_CASE("the first signal asks, the second ends") {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    CHECK(in_child([&] {
            ::signal(number, SIG_DFL);  // under nohup SIGHUP is ignored, and stays so
            install_signal_handlers();
            if (stop_requested() || stop_signal() != 0) return 1;
            ::raise(number);
            if (!stop_requested() || stop_signal() != number) return 2;
            const Error error = error_of([] { throw_if_stopped(); });
            if (error.kind() != ErrorKind::interrupted) return 3;
            if (std::string(error.what()) != fmt::format("stopped by SIG{}", ::sigabbrev_np(number))) return 4;
            ::raise(number);  // timeout(1) signals its child, and then the group
            ::raise(number == SIGTERM ? SIGINT : SIGTERM);
            return 5;
          }) == 128 + (number == SIGTERM ? SIGINT : SIGTERM));
  }
}

TEST_CASE("a closed pipe and a size limit do not kill, and a signal that was ignored stays ignored") {
  CHECK(in_child([] {
          ::signal(SIGHUP, SIG_IGN);
          install_signal_handlers();
          ::raise(SIGPIPE);
          ::raise(SIGXFSZ);
          ::raise(SIGHUP);
          throw_if_stopped();
          return stop_requested() ? 1 : 0;
        }) == 0);
}

TEST_CASE("a stop request ends the wait for a command") {
  const auto start = Clock::now();
  CHECK(in_child([] {
          install_signal_handlers();
          // The command itself asks us to stop: no race with its start.
          const Error error = error_of([] {
            run_command({"sh", "-c", fmt::format("kill -TERM {}; sleep 30", ::getpid())}, seconds{20}, 1000);
          });
          return error.kind() == ErrorKind::interrupted ? 0 : 1;
        }) == 0);
  CHECK(Clock::now() - start < seconds{10});
}

TEST_CASE("a log line is one line, whatever the message holds") {
  const Scratch scratch;
  CHECK(in_child(
            [] {
              log(LogLevel::error, "depot \"a\nreportctl: all is well\x1b[2J\"");
              log(LogLevel::warning, "w");
              log(LogLevel::notice, "n");
              log(LogLevel::info, "not shown");
              set_log_level(LogLevel::debug);
              log(LogLevel::info, "i");
              log(LogLevel::debug, "d");
              set_log_level(LogLevel::error);
              log(LogLevel::warning, "not shown");
              return log_enabled(LogLevel::error) && !log_enabled(LogLevel::warning) ? 0 : 1;
            },
            scratch / "stderr") == 0);
  CHECK(read_file(scratch / "stderr") ==
        "reportctl: depot \"a\\x0areportctl: all is well\\x1b[2J\"\nreportctl: warning: w\nreportctl: n\nreportctl: "
        "i\nreportctl: debug: d\n");
}

TEST_CASE("under the journal lines carry their priority, and only there") {
  const Scratch scratch;
  const auto write = [&](const std::string& file, int inode_error) {
    return in_child(
        [&] {
          struct stat status {};
          ::fstat(STDERR_FILENO, &status);
          const WithVariable stream("JOURNAL_STREAM",
                                    fmt::format("{}:{}", status.st_dev, status.st_ino + static_cast<ino_t>(inode_error)));
          for (const LogLevel level : {LogLevel::error, LogLevel::warning, LogLevel::notice}) log(level, "x");
          return 0;
        },
        scratch / file);
  };
  CHECK(write("journal", 0) == 0);
  CHECK(read_file(scratch / "journal") == "<3>x\n<4>x\n<5>x\n");
  CHECK(write("other", 1) == 0);
  CHECK(read_file(scratch / "other") == "reportctl: x\nreportctl: warning: x\nreportctl: x\n");
}

TEST_CASE("a log that nobody can read does not stop the work") {
  CHECK(in_child(
            [] {
              ::signal(SIGPIPE, SIG_IGN);
              log(LogLevel::error, "x");
              return 0;
            },
            "/dev/full") == 0);
}
