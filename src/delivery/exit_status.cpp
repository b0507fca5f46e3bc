// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "exit_status.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

std::string answer(const SendmailEnding& ending, const std::string& reason) {
  const std::string words = visible(repair_utf8(trim(ending.words)));
  return words.empty() ? reason : fmt::format("{} ({})", words, reason);
}

/// It ended without a code that says yes or no.
Outcome died(const SendmailEnding& ending, const std::string& reason) {
  if (ending.handed_over) return {OutcomeKind::unknown, answer(ending, reason), "reply_lost", 0, false};
  return {OutcomeKind::deferred, answer(ending, reason + " before it had the whole message"), "connection", 0, false};
}

}  // namespace

Outcome decide(const SendmailEnding& ending) {
  if (ending.signal != 0) return died(ending, fmt::format("sendmail was ended by signal {}", ending.signal));
  const std::string reason = fmt::format("sendmail ended with code {}", ending.exit_code);
  const auto refused = [&](const char* reason_class) {
    return Outcome{OutcomeKind::refused, answer(ending, reason), reason_class, 0, false};
  };
  const auto deferred = [&](const char* reason_class, bool stop_batch) {
    return Outcome{OutcomeKind::deferred, answer(ending, reason), reason_class, 0, stop_batch};
  };
  switch (ending.exit_code) {
    case EX_OK:
      if (!ending.handed_over) return died(ending, reason);
      return {OutcomeKind::accepted, answer(ending, "sendmail took it"), {}, 0, false};
    case EX_NOUSER:
    case EX_NOHOST:
      return refused("recipient");
    case EX_DATAERR:
    case EX_NOINPUT:
    case EX_UNAVAILABLE:
      return refused("rejected");
    case EX_USAGE:
    case EX_NOPERM:
    case EX_CONFIG:
      return deferred("config", true);
    case EX_SOFTWARE:
    case EX_OSERR:
    case EX_OSFILE:
    case EX_CANTCREAT:
    case EX_IOERR:
    case EX_TEMPFAIL:
    case EX_PROTOCOL:
      return deferred("temporary", false);
    default:
      return died(ending, reason);
  }
}

}  // namespace reportctl::delivery
