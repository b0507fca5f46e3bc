// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/overview.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

/// What monitoring systems of Nagios' kind expect.
struct Verdict {
  int code;
  const char* word;
};
constexpr Verdict kOk{0, "OK"}, kWarning{1, "WARNING"}, kCritical{2, "CRITICAL"}, kUnknown{3, "UNKNOWN"};

Verdict verdict_of(const manage::Overview& seen) {
  if (seen.anything_waits()) return kCritical;
  return seen.concerns.empty() ? kOk : kWarning;
}

/// One line: a `|` would begin the figures.
std::string sentence_of(const manage::Overview& seen) {
  if (seen.concerns.empty()) {
    const auto last = seen.heartbeat.last();
    return fmt::format("{}, {}", counted(seen.schedules.active, "active schedule", "active schedules"),
                       last ? fmt::format("run-due ran {} ago", manage::span_text(seen.now - *last)) : "run-due has not run yet");
  }
  std::vector<std::string> all;
  for (const auto& concern : seen.concerns) all.push_back(concern.what);
  return join(all, "; ");
}

Json figures_of(const manage::Overview& seen) {
  Json figures = {
      {"waiting", seen.waiting.size()},    {"unfinished", seen.runs.unfinished},       {"due", seen.schedules.due},
      {"overdue", seen.schedules.overdue}, {"notifications", seen.open_notifications}, {"exports", seen.exports_to_do},
      {"webhooks", seen.webhooks_due}};
  if (const auto last = seen.heartbeat.last()) figures["run_due_age"] = (seen.now - *last).count();
  return figures;
}

std::string figures_text(const Json& figures) {
  std::vector<std::string> all;
  for (const auto& [name, value] : figures.items())
    all.push_back(fmt::format("{}={}{}", name, json_text(value), name == "run_due_age" ? "s" : ""));
  return join(all, " ");
}

int answer(Session& session, const Verdict& verdict, std::string sentence, const Json& figures) {
  for (char& c : sentence)
    if (c == '|') c = '/';
  if (session.out().format() == Format::json) {
    session.out().sheet(
        {.lines = {},
         .record = {
             {"status", to_lower(verdict.word)}, {"exit_code", verdict.code}, {"message", sentence}, {"figures", figures}}});
  } else {
    session.out().text(fmt::format("REPORTCTL {} - {}{}\n", verdict.word, visible(sentence),
                                   figures.empty() ? "" : " | " + figures_text(figures)));
  }
  return verdict.code;
}

int check(Session& session) {
  session.out().note_replaced_clock();
  try {
    const auto seen = manage::gather(session.viewer(), session.now());
    return answer(session, verdict_of(seen), sentence_of(seen), figures_of(seen));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return answer(session, kUnknown, split(error.what(), '\n').front(), Json::object());
  }
}

}  // namespace

void bind_check(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"check", "",
                                         "reportctl check\n"
                                         "sudo -u reportctl reportctl check   # from an agent that runs as another user\n"
                                         "reportctl check --json | jq -r .message"});
  when_chosen(command, session, [&session] { return check(session); });
}

}  // namespace reportctl::cli
