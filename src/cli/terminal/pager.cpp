// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pager.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/output.hpp"

namespace reportctl::cli {

namespace {

std::string wanted_pager() {
  for (const char* name : {"REPORTCTL_PAGER", "PAGER"})
    if (const char* value = std::getenv(name); value != nullptr) return std::string(trim(value));
  return "less";
}

/// Lines of the screen that the text takes, wrapped ones included.
bool fits_screen(const std::string& text) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return true;
  std::size_t lines = 0;
  for (const auto& line : split(text, '\n')) lines += 1 + (line.empty() ? 0 : (display_width(line) - 1) / size.ws_col);
  return lines <= size.ws_row;
}

[[noreturn]] void become(const std::string& pager, int input) {
  ::dup2(input, STDIN_FILENO);
  // As git: ends at once where everything fits, shows colours, leaves the text on the screen.
  ::setenv("LESS", "FRX", 0);
  ::setenv("LESSCHARSET", "utf-8", 0);
  // Whoever acts with another user's rights is not handed a shell by the pager.
  if (::geteuid() == 0 || std::getenv("SUDO_UID") != nullptr) ::setenv("LESSSECURE", "1", 1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_DFL);
  ::execl("/bin/sh", "sh", "-c", pager.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

void feed(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) return;  // closed before its end, as readers do
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
}

}  // namespace

bool show_in_pager(const std::string& text) {
  if (!takes_escapes(STDOUT_FILENO) || fits_screen(text)) return false;
  const std::string pager = wanted_pager();
  if (pager.empty() || pager == "cat") return false;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) become(pager, ends[0]);
  struct sigaction ignored {
  }, pipe_before{}, interrupt_before{};
  ignored.sa_handler = SIG_IGN;  // NOLINT(cppcoreguidelines-pro-type-union-access): POSIX's own union
  ::sigaction(SIGPIPE, &ignored, &pipe_before);
  ::sigaction(SIGINT, &ignored, &interrupt_before);  // Ctrl-C is the pager's
  feed(writing.get(), text);
  writing = Fd();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::sigaction(SIGPIPE, &pipe_before, nullptr);
  ::sigaction(SIGINT, &interrupt_before, nullptr);
  return !(WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126));
}

}  // namespace reportctl::cli
