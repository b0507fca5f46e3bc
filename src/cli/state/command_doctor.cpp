// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <memory>
#include <set>

#include "binds.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/manage/overview.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/render/fonts.hpp"
#include "reportctl/run/foreign_files.hpp"
#include "reportctl/run/repeated_names.hpp"
#include "reportctl/run/source_needs.hpp"
#include "reportctl/run/source_values.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/state_check.hpp"
#include "setup/findings.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeastSpace = 64'000'000;
constexpr std::uint64_t kFewestInodes = 1000;
constexpr std::size_t kMostNamed = 3;
constexpr std::chrono::hours kSoon{24};

/// A directory of files, where it is one.
fs::path artifact_directory(const settings::Settings& settings) {
  constexpr std::string_view kScheme = "file:";
  return settings.artifacts.url.starts_with(kScheme) ? fs::path(settings.artifacts.url.substr(kScheme.size())) : fs::path();
}

std::string ownership(Session& session) {
  const auto foreign = run::foreign_files(session.config().settings);
  if (foreign.files.empty()) return fmt::format("all belongs to {}", login_of(foreign.user));
  const auto count = foreign.files.size();
  std::vector<std::string> named;
  for (const auto& file : foreign.files)
    if (named.size() < kMostNamed) named.push_back(file.path.string());
  throw Error(
      ErrorKind::config,
      fmt::format("{}: {}{}",
                  counted(static_cast<std::int64_t>(count), "file belongs to another user", "files belong to other users"),
                  join(named, ", "), count > named.size() ? ", …" : ""),
      "give them back: sudo reportctl doctor --repair");
}

/// As root: gives what others made in the state, the files and the Maildir back to the user of this installation.
int repair(Session& session) {
  if (!session.globals.as.empty()) access::require(session.actor(), access::Action::administer, "", {});
  const auto given = run::give_back(session.config().settings);
  const auto user = login_of(given.user);
  auto paths = Json::array();
  for (const auto& file : given.files) paths.push_back(file.path.string());
  const auto words = given.files.empty() ? fmt::format("all belongs to {}", user)
                                         : fmt::format("{} given to {}: {}",
                                                       counted(static_cast<std::int64_t>(given.files.size()), "file", "files"),
                                                       user, join(paths.get<std::vector<std::string>>(), ", "));
  session.out().done(words, {{"user", user}, {"given", paths}});
  return exit_code::kDone;
}

std::string integrity(Session& session) {
  auto problems = session.state().check();
  for (auto& problem : store::unreadable_rows(session.state())) problems.push_back(std::move(problem));
  if (problems.empty()) return "sound";
  throw Error(ErrorKind::state, problems.front(), "reportctl state check shows all; keep a copy, and look for a backup");
}

std::string clock_state(Session& session) {
  const auto last = parse_instant(session.state().fact(run::kLastRunDue).value_or(""));
  if (last && *last > session.now() + std::chrono::minutes(5))
    throw Error(
        ErrorKind::failed,
        fmt::format("it is {}, but run-due has already run at {}", format_utc(session.now()), format_utc(*last)),
        "if run-due was tried with REPORTCTL_NOW, nothing is wrong: what it ran has run, schedule list shows what comes next, "
        "and schedule run sends a report now; otherwise set the clock: nothing is due before it has caught up");
  timex kernel{};
  const bool synchronised = ::adjtimex(&kernel) >= 0 && (kernel.status & STA_UNSYNC) == 0;
  return fmt::format("{}{}", format_utc(session.now()),
                     synchronised ? ", synchronised" : "; the kernel does not know whether it is synchronised");
}

std::string time_zones(const std::vector<manage::History>& histories) {
  std::set<std::string> names;
  for (const auto& history : histories) {
    if (!Zone::find(history.timezone))
      throw Error(ErrorKind::config,
                  fmt::format("{}/{}: this system does not know the time zone \"{}\"", history.schedule.definition.account,
                              history.schedule.definition.name, history.timezone),
                  "install or upgrade tzdata (and tzdata-legacy for old names)");
    names.insert(history.timezone);
  }
  return names.empty() ? std::string("none in use") : join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

std::string free_space(const fs::path& directory) {
  struct statvfs system {};
  if (::statvfs(directory.c_str(), &system) != 0)
    throw Error(ErrorKind::config, fmt::format("{} cannot be read", directory.string()));
  const std::uint64_t bytes = static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
  const bool full = bytes < kLeastSpace || (system.f_files > 0 && system.f_favail < kFewestInodes);
  const auto words =
      fmt::format("{} and {} files free in {}", size_text(static_cast<std::int64_t>(bytes)),
                  system.f_files > 0 ? grouped(static_cast<std::int64_t>(system.f_favail)) : "any number of", directory.string());
  if (full)
    throw Error(ErrorKind::failed, "only " + words, "make room, or shorten retention: and artifacts.keep, then reportctl prune");
  return words;
}

std::string mail_server(Session& session) {
  const auto transport = delivery::open_transport(session.config().settings.mail.transport);
  const auto outcome = transport->probe();
  if (outcome.kind == delivery::OutcomeKind::accepted) return outcome.answer;
  throw Error(ErrorKind::config, fmt::format("{}: {}", transport->describe(), outcome.answer),
              "reportctl mail test --to ADDRESS, once that is fixed; nothing was sent");
}

std::string reached(const delivery::DestinationSettings& settings) {
  const auto outcome = delivery::open_destination(settings)->probe();
  if (outcome.kind == delivery::OutcomeKind::accepted) return outcome.answer;
  throw Error(ErrorKind::config, outcome.answer, "nothing was stored there; see DESTINATIONS in reportctl.conf(5)");
}

std::string heartbeat(const manage::Overview& seen) {
  for (const char* code : {"run_due_silent", "run_due_never", "schedules_overdue"})
    if (const auto* concern = seen.concern(code)) throw Error(ErrorKind::failed, concern->what, concern->next);
  const auto last = seen.heartbeat.last();
  if (!last && seen.schedules.active > 0)
    throw Error(ErrorKind::failed, "run-due has never run: nothing starts the reports",
                "reportctl crontab prints the line for cron");
  if (!last) return "has never run; nothing is scheduled either";
  const auto usual = seen.heartbeat.usual();
  return fmt::format("ran {} ago{}", manage::span_text(seen.now - *last),
                     usual ? fmt::format(", usually every {}", manage::span_text(*usual)) : "");
}

/// Each report that somebody scheduled, against the data of the account that gets it.
void add_source_findings(Session& session, const std::vector<manage::History>& histories, std::vector<Finding>& all) {
  std::map<std::string, std::set<std::string>> reports;  // by account
  for (const auto& history : histories)
    if (history.schedule.definition.active)
      for (auto& report : schedule::reports_of(history.schedule.definition))
        reports[history.schedule.definition.account].insert(std::move(report));
  std::map<std::string, std::vector<source::TableInfo>> tables;
  for (const auto& [id, wanted] : reports) {
    const auto account = store::find_account(session.state(), id);
    if (!account) continue;
    all.push_back(look_at(fmt::format("data of {}", id), [&, &wanted = wanted] {
      auto& source = session.parts().source(account->source);
      if (!tables.contains(account->source)) tables[account->source] = source.tables();
      run::SourceValues values(source, account->source_key(), session.now());
      for (const auto& name : wanted) {
        const auto* report = session.catalog().find(name);
        if (report == nullptr) continue;  // its schedules say so
        auto why = run::why_stopped(source, *report, tables[account->source], session.now()).why;
        if (why.empty()) why = values.why_wrong(*report);
        if (!why.empty())
          throw Error(ErrorKind::source, fmt::format("{}: {}", name, why),
                      fmt::format("reportctl source check {}", account->source));
      }
      return fmt::format("fits {}", counted(static_cast<std::int64_t>(wanted.size()), "scheduled report", "scheduled reports"));
    }));
  }
}

void add_schedule_findings(Session& session, const std::vector<manage::History>& histories, std::vector<Finding>& all) {
  std::int64_t valid = 0;
  for (const auto& history : histories) {
    const auto& definition = history.schedule.definition;
    if (!definition.active) continue;
    auto finding = look_at(fmt::format("schedule {}/{}", definition.account, definition.name), [&] {
      const auto violations = manage::broken_rules(session.parts(), history.schedule);
      if (!violations.empty())
        throw Error(ErrorKind::invalid, validation::describe(violations),
                    fmt::format("reportctl schedule validate {} --account {}", definition.name, definition.account));
      ++valid;
      return run::repeated_name(session.parts(), history.schedule);
    });
    if (!finding.problem.empty() || !finding.detail.empty()) all.push_back(std::move(finding));
  }
  all.push_back({"schedules", "", counted(valid, "active schedule is valid", "active schedules are valid")});
}

std::vector<Finding> findings(Session& session, const manage::Overview* seen) {
  auto all = config_findings(session);
  const auto& settings = session.config().settings;
  all.push_back(look_at("ownership", [&] { return ownership(session); }));
  all.push_back(look_at("fonts", [] {
    render::require_fonts();
    return std::string("PDF files and charts can be drawn");
  }));
  all.push_back(look_at("disk", [&] { return free_space(settings.state.parent_path()); }));
  if (const auto files = artifact_directory(settings); !files.empty() && fs::exists(files))
    all.push_back(look_at("disk for files", [&] { return free_space(files); }));
  all.push_back(look_at("mail server", [&] { return mail_server(session); }));
  for (const auto& [name, destination] : settings.destinations)
    all.push_back(look_at(fmt::format("reaching {}", name), [&destination = destination] { return reached(destination); }));
  if (seen == nullptr) return all;
  const auto histories = manage::gather_histories(session.viewer(), 0);
  all.push_back(look_at("installation", [&] {
    if (store::ownership(session.state()) != store::Ownership::fresh) store::require_own(session.state());
    return std::string("nothing else owns the state file");
  }));
  all.push_back(look_at("state contents", [&] { return integrity(session); }));
  all.push_back(look_at("clock", [&] { return clock_state(session); }));
  all.push_back(look_at("time zones", [&] { return time_zones(histories); }));
  all.push_back(look_at("run-due", [&] { return heartbeat(*seen); }));
  add_source_findings(session, histories, all);
  add_schedule_findings(session, histories, all);
  return all;
}

std::int64_t due_soon(Session& session) {
  std::int64_t count = 0;
  for (const auto& history : manage::gather_histories(session.viewer(), 0))
    if (history.schedule.definition.active && history.schedule.next_run_at &&
        *history.schedule.next_run_at <= session.now() + kSoon)
      ++count;
  return count;
}

std::string verdict(std::int64_t problems, std::int64_t soon) {
  const auto reports = soon == 0 ? std::string("No report is due within 24 hours")
                                 : counted(soon, "report is due within 24 hours", "reports are due within 24 hours");
  if (problems == 0) return reports + (soon == 0 ? ", and nothing would keep one." : ", and nothing keeps them from going out.");
  return fmt::format("{}, but {}: see below.", reports, counted(problems, "problem may keep them", "problems may keep them"));
}

int doctor(Session& session) {
  session.out().note_replaced_clock();
  std::optional<manage::Overview> seen;
  try {
    access::require(session.actor(), access::Action::administer, "", {});
    seen = manage::gather(session.viewer(), session.now());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_permitted || error.kind() == ErrorKind::interrupted) throw;
  }  // what is wrong with the state file is a finding
  const auto all = findings(session, seen ? &*seen : nullptr);
  const auto problems = std::count_if(all.begin(), all.end(), [](const Finding& one) { return !one.problem.empty(); });
  const auto soon = seen ? due_soon(session) : 0;
  const auto table = finding_table(all);
  if (session.out().format() == Format::json) {
    session.out().sheet(
        {.lines = {}, .record = {{"ready", problems == 0}, {"due_within_24_hours", soon}, {"checks", table.records}}});
  } else {
    const bool for_people = session.out().format() == Format::table;
    if (for_people && !(session.out().quiet() && problems == 0)) session.out().text(verdict(problems, soon) + "\n\n");
    session.out().list(table);
    if (for_people) session.out().text(advice_on(all));
  }
  return problems == 0 ? exit_code::kDone : exit_code::kUnsuccessful;
}

}  // namespace

void bind_doctor(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"doctor", "",
                                         "sudo -u reportctl reportctl doctor\n"
                                         "sudo reportctl doctor --repair     # files that root left in the state\n"
                                         "reportctl doctor -q                # only what is wrong\n"
                                         "reportctl doctor --json | jq '.checks[] | select(.ok | not)'"});
  const auto wants_repair = std::make_shared<bool>(false);
  command.add_flag("--repair", *wants_repair, "as root: give files of other users back to the owner of the state file");
  when_chosen(command, session, [&session, wants_repair] { return *wants_repair ? repair(session) : doctor(session); });
}

}  // namespace reportctl::cli
