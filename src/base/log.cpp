// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/log.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

std::atomic<LogLevel> threshold = LogLevel::notice;

/// systemd.exec(5): JOURNAL_STREAM is `device:inode` of the stream; only a stderr that still is that stream goes to the journal.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

/// sd-daemon(3), which takes syslog's numbers.
int journal_priority(LogLevel level) { return static_cast<int>(level) + 3; }

std::string_view prefix(LogLevel level) {
  switch (level) {
    case LogLevel::warning:
      return "warning: ";
    case LogLevel::debug:
      return "debug: ";
    default:
      return "";
  }
}

}  // namespace

void set_log_level(LogLevel level) { threshold = level; }

bool log_enabled(LogLevel level) { return level <= threshold.load(); }

void log(LogLevel level, std::string_view message) {
  if (!log_enabled(level)) return;
  const std::string line = stderr_is_journal() ? fmt::format("<{}>{}\n", journal_priority(level), visible(message))
                                               : fmt::format("reportctl: {}{}\n", prefix(level), visible(message));
  try {
    FdSink(STDERR_FILENO, "standard error").write(line);
  } catch (const Error&) {
    return;  // nobody is listening, and there is nowhere left to say so
  }
}

}  // namespace reportctl
