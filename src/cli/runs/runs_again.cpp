// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/by_hand.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/validation/validate.hpp"
#include "run_endings.hpp"
#include "runs_verbs.hpp"
#include "schedules/schedule_options.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ResendOptions {
  std::string run;
  std::string only = "failed";
  std::vector<std::string> to;
  bool new_message_id = false, corrected = false;
};

struct RetryOptions {
  std::string run;
  std::optional<std::string> account, schedule, since;
  bool failed = false, unknown = false, dry_run = false;
  [[nodiscard]] run::RetryUnknown unknown_too() const { return unknown ? run::RetryUnknown::yes : run::RetryUnknown::no; }
};

/// What `--failed` looks back on.
constexpr std::chrono::days kRecent{7};

void require_manager(Session& session, const store::Run& run) {
  access::require(session.actor(), access::Action::manage_schedules, run.account, scope_of(session, run));
}

run::ResendOnly only_named(const std::string& word) {
  if (word == "unknown") return run::ResendOnly::unknown;
  return word == "all" ? run::ResendOnly::all : run::ResendOnly::failed;
}

/// Who sends a report to somebody has to be allowed to make it, and the address has to be allowed to get it.
std::vector<Mailbox> further_recipients(Session& session, const store::Run& run, const std::vector<std::string>& to) {
  if (to.empty()) return {};
  require_reports(session.editor(), reports_of(session.state(), run), run.account, scope_of(session, run));
  const auto account = session.account(run.account);
  validation::Violations found;
  const auto given = recipients_of(to);
  auto recipients =
      validation::check_recipients({.given = given}, run::context(session.parts(), account, {}, session.now()), found);
  if (!found.empty()) manage::refuse(fmt::format("run {} cannot be sent there", run.id), found);
  if (!recipients.places.empty())
    throw Error(ErrorKind::usage,
                fmt::format("--to {}: a run is sent again by hand to addresses only", recipients.places.front().str()),
                fmt::format("reportctl runs resend {} stores again what was not stored; schedule test NAME --to stores elsewhere",
                            run.id));
  return std::move(recipients.mailboxes);
}

int resend(Session& session, const ResendOptions& options) {
  const auto run = visible_run(session.viewer(), options.run);
  require_manager(session, run);
  const auto to = further_recipients(session, run, options.to);
  if (options.corrected) {
    require_reports(session.editor(), reports_of(session.state(), run), run.account, scope_of(session, run));
    return tell_ending(session, run::correct(session.parts(), run, to, session.actor().str()));
  }
  return tell_ending(session,
                     run::resend(session.parts(), run,
                                 {.only = only_named(options.only),
                                  .as = options.new_message_id ? run::ResendAs::new_message : run::ResendAs::same_message,
                                  .to = to},
                                 session.actor().str()));
}

std::vector<store::Run> chosen(Session& session, const RetryOptions& options) {
  store::RunFilter filter;
  if (options.account) filter.account = session.account(options.account).id;
  if (options.schedule)
    filter.schedule_id = visible_schedule(session.viewer(), *options.schedule, options.account, access::Action::view).id;
  filter.since = options.since ? parse_since(*options.since, session.now()) : session.now() - kRecent;
  filter.limit = 0;
  auto runs = run::waiting_for_retry(session.parts(), visible_runs(session.viewer(), filter), options.unknown_too());
  for (const auto& run : runs) require_manager(session, run);  // before the first of them is made
  return runs;
}

std::vector<Field> row_of(const store::Run& run, const Field& outcome, const std::string& reason) {
  return {{run.id},
          {fmt::format("{}/{}", run.account, run.schedule_name)},
          {format_utc(run.slot.value_or(run.created_at))},
          outcome,
          {reason}};
}

int retry_all(Session& session, const RetryOptions& options) {
  Listing listing;
  listing.columns = {{.key = "run_id", .title = "RUN", .show = Show::id},
                     {.key = "schedule"},
                     {.key = "slot", .title = "DUE", .show = Show::time},
                     {.key = "state"},
                     {.key = "reason", .title = "WHY", .show = Show::long_text}};
  listing.empty = manage::nothing_seen(session.actor(), "no run waits to be made again");
  int code = exit_code::kDone;
  for (const auto& run : chosen(session, options)) {
    if (options.dry_run) {
      listing.rows.push_back(row_of(run, {std::string(store::run_state_name(run.state))}, run.reason));
      listing.records.push_back(to_json(run));
      continue;
    }
    const auto ended = run::retry(session.parts(), run, options.unknown_too(), session.actor().str());
    code = worse(code, due_exit_code_of(ended));
    const std::string state = ended.deferred ? "deferred" : std::string(store::run_state_name(ended.state));
    listing.rows.push_back(row_of(run, {state, went_well(ended) ? Tone::good : Tone::bad}, ended.reason));
    listing.records.push_back(to_json(ended));
  }
  session.out().list(listing);
  return code;
}

int retry(Session& session, const RetryOptions& options) {
  const bool several = options.failed || options.since;
  if (several == !options.run.empty())
    throw Error(ErrorKind::usage, several ? "RUN and --failed or --since exclude each other" : "which run is not said",
                "name one RUN, or use --failed or --since TIME");
  if (several) return retry_all(session, options);
  if (options.account || options.schedule || options.dry_run)
    throw Error(ErrorKind::usage, "--account, --schedule and --dry-run are for --failed and --since",
                "leave them out where one RUN is named");
  const auto run = visible_run(session.viewer(), options.run);
  require_manager(session, run);
  return tell_ending(session, run::retry(session.parts(), run, options.unknown_too(), session.actor().str()));
}

}  // namespace

schedule::Scope scope_of(Session& session, const store::Run& run) {
  if (run.schedule_id.empty()) return {};
  const auto schedule = store::find_schedule(session.state(), run.schedule_id);
  return schedule ? schedule->definition.scope : schedule::Scope{};
}

void bind_runs_retry(CLI::App& command, Session& session) {
  const auto options = std::make_shared<RetryOptions>();
  auto& verb = add_verb(command, {.name = "retry",
                                  .summary = "make and mail a run that made no file, for its own slot, period and recipients",
                                  .examples = "reportctl runs retry 3f2a\n"
                                              "reportctl runs retry --failed --dry-run\n"
                                              "reportctl runs retry --since 2026-03-01 --schedule spend"});
  verb.add_option("run", options->run, "id, or the first characters of it")->type_name("RUN");
  verb.add_flag("--failed", options->failed, "every scheduled run of the last 7 days that made no file, oldest first");
  add_text_option(verb, options->since, "--since", "TIME", "as --failed, since an instant, a day, or an age: 12h, 30d");
  add_text_option(verb, options->schedule, "--schedule", "NAME", "only those of this schedule");
  add_account_option(verb, options->account);
  verb.add_flag("--unknown", options->unknown, "also what may have been mailed before the state file was restored");
  verb.add_flag("--dry-run", options->dry_run, "show which; make nothing");
  when_chosen(verb, session, [&session, options] { return retry(session, *options); });
}

void bind_runs_resend(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ResendOptions>();
  auto& verb = add_verb(command, {.name = "resend",
                                  .summary = "mail the very same file again to those who did not get it, or to others",
                                  .examples = "reportctl runs resend 3f2a\n"
                                              "reportctl runs resend 3f2a --only unknown      # after asking the recipient\n"
                                              "reportctl runs resend 3f2a --to cfo@example.com\n"
                                              "reportctl runs resend 3f2a --corrected         # from the data of now"});
  verb.add_option("run", options->run, "id, or the first characters of it")->required()->type_name("RUN");
  auto* only = verb.add_option("--only", options->only, "failed (default), unknown or all")
                   ->type_name("WHICH")
                   ->check(CLI::IsMember({"failed", "unknown", "all"}).description(""));
  auto* to = add_repeated_option(
      verb, options->to, {.names = "--to", .value = "ADDRESS", .help = "to this address and to nobody else (may be repeated)"});
  auto* renewed =
      verb.add_flag("--new-message-id", options->new_message_id, "as a new message, for mail systems that drop a repeated one");
  auto* corrected =
      verb.add_flag("--corrected", options->corrected, "made anew from the data of now, and marked as a correction");
  only->excludes(to)->excludes(corrected);
  renewed->excludes(corrected);
  when_chosen(verb, session, [&session, options] { return resend(session, *options); });
}

}  // namespace reportctl::cli
