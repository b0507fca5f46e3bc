// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "exit_status.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "reportctl/base/text.hpp"
#include "smtp_outcome.hpp"

namespace reportctl::delivery {

namespace {

std::string answer(const SendmailEnding& ending, const std::string& reason) {
  std::vector<std::string> lines;
  for (const auto& line : split(repair_utf8(trim(ending.words)), '\n')) lines.push_back(visible(trim(line)));
  const std::string words = join(lines, "; ");
  return words.empty() ? reason : fmt::format("{} ({})", words, reason);
}

/// It ended without a word that says yes or no.
Outcome died(const SendmailEnding& ending, const std::string& reason) {
  if (ending.handed_over) return {OutcomeKind::unknown, answer(ending, reason), "reply_lost", 0, false};
  return {OutcomeKind::deferred, answer(ending, reason + " before it had the whole message"), "connection", 0, false};
}

bool says(const std::string& words, std::initializer_list<const char*> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const char* phrase) { return words.find(phrase) != std::string::npos; });
}

/// The code of the server's reply that a program repeats: three digits at the beginning of its words, or after a colon or
/// bracket.
int reply_code_in(const std::string& words) {
  int found = 0;
  for (std::size_t at = 0; at + 3 < words.size(); ++at) {
    const bool begins =
        at == 0 || words[at - 1] == '\n' || words[at - 1] == '(' || (at > 1 && words.compare(at - 2, 2, ": ") == 0);
    if (!begins || (words[at] != '4' && words[at] != '5') || (words[at + 3] != ' ' && words[at + 3] != '-')) continue;
    if (const auto code = parse_integer(std::string_view(words).substr(at, 3))) found = static_cast<int>(*code);
  }
  return found;
}

/// As over SMTP.
Outcome by_reply(const SendmailEnding& ending, int code, const std::string& words, const std::string& reason) {
  Phase phase = Phase::recipient;
  if (says(words, {"envelope from"})) phase = Phase::mail;
  if (code == 535 || code == 534 || code == 538 || says(words, {"authentication failed", "authorization failed"}))
    phase = Phase::auth;
  if (code == 552 || says(words, {"did not accept the mail", "5.3.4", "5.2.3"})) phase = Phase::content;
  auto outcome = decide(Ending{CURLE_WEIRD_SERVER_REPLY, phase, code, ending.words, {}, false, Halt::none});
  outcome.answer = answer(ending, reason);
  return outcome;
}

}  // namespace

Outcome decide(const SendmailEnding& ending) {
  if (ending.signal != 0) return died(ending, fmt::format("sendmail was ended by signal {}", ending.signal));
  const std::string reason = fmt::format("sendmail ended with code {}", ending.exit_code);
  const auto outcome = [&](OutcomeKind kind, const char* reason_class, bool stop_batch = false) {
    return Outcome{kind, answer(ending, reason), reason_class, 0, stop_batch};
  };
  if (ending.exit_code == EX_OK) {
    if (!ending.handed_over) return died(ending, reason);
    return {OutcomeKind::accepted, answer(ending, "sendmail took it"), {}, 0, false};
  }
  // The statuses of msmtp, ssmtp, esmtp and nullmailer say little: 69, 70 or 1 stand for anything. Their words say more.
  const std::string words = to_lower(ending.words);
  const bool cannot_run = ending.exit_code == 126 || ending.exit_code == 127;  // a shell's
  if (cannot_run || says(words, {"could not exec"})) return outcome(OutcomeKind::deferred, "config", true);
  if (says(words, {"too big", "too large", "size exceeds", "exceeds size"})) return outcome(OutcomeKind::refused, "too_large");
  if (const int code = reply_code_in(words); code != 0) return by_reply(ending, code, words, reason);
  if (says(words, {"authentication failed", "authorization failed", "secure authentication", "certificate verification",
                   "does not support tls"}))
    return outcome(OutcomeKind::deferred, "config", true);
  if (says(words, {"no space left on device", "quota exceeded", "read-only file system"}))
    return outcome(OutcomeKind::deferred, "temporary", true);
  if (says(words, {"cannot locate host", "cannot connect", "cannot open"}))
    return outcome(OutcomeKind::deferred, "connection", true);
  if (says(words, {"network read error", "connection lost", "closed connection"})) return died(ending, reason);
  switch (ending.exit_code) {
    case EX_NOUSER:
      return outcome(OutcomeKind::refused, "recipient");
    case EX_DATAERR:
      return outcome(OutcomeKind::refused, "rejected");
    case EX_USAGE:
    case EX_NOPERM:
    case EX_CONFIG:
    case EX_OSFILE:
    case EX_CANTCREAT:  // dma: there is no spool
      return outcome(OutcomeKind::deferred, "config", true);
    default:
      return outcome(OutcomeKind::deferred, "temporary");
  }
}

}  // namespace reportctl::delivery
