// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/runs.hpp"
#include "run_endings.hpp"
#include "run_table.hpp"
#include "runs_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using store::RunState;

struct RunListOptions {
  std::optional<std::string> account, schedule, outcome, since, until, recipient;
  bool failing = false, waiting = false, parts = false;
  int limit = 50;
};

std::vector<RunState> states_named(const std::string& list) {
  std::vector<RunState> states;
  for (const auto& word : split(list, ',')) {
    const auto state = store::parse_run_state(trim(word));
    const auto words = store::run_state_names();
    if (!state)
      throw Error(ErrorKind::usage, fmt::format("--outcome {}: no such outcome{}", visible(word), did_you_mean(word, words)),
                  "one or several of " + join(words, ", "));
    states.push_back(*state);
  }
  return states;
}

/// Finished ones that did not end well.
std::vector<RunState> bad_states() {
  std::vector<RunState> states;
  for (const auto& name : store::run_state_names())
    if (const auto state = store::parse_run_state(name); state && store::is_finished(*state) && !store::ended_well(*state))
      states.push_back(*state);
  return states;
}

int list_runs(Session& session, const RunListOptions& options) {
  store::RunFilter filter;
  if (options.account) filter.account = session.account(options.account).id;
  if (options.schedule)
    filter.schedule_id = visible_schedule(session.viewer(), *options.schedule, options.account, access::Action::view).id;
  if (options.outcome) filter.states = states_named(*options.outcome);
  if (options.failing) filter.states = bad_states();
  if (options.since) filter.since = parse_since(*options.since, session.now());
  if (options.until) filter.until = parse_until(*options.until, session.now());
  if (options.recipient) filter.recipient = address_named(*options.recipient);
  filter.waiting = options.waiting;
  filter.parts = options.parts;
  filter.limit = options.limit;

  auto listing = run_table(visible_runs(session.viewer(), filter));
  listing.empty = manage::nothing_seen(session.actor(), "no runs");
  session.out().list(listing);
  return exit_code::kDone;
}

void bind_list(CLI::App& command, Session& session) {
  const auto options = std::make_shared<RunListOptions>();
  auto& verb =
      add_verb(command, {.name = "list",
                         .summary = "the newest runs and how they ended",
                         .examples = "reportctl runs list --schedule spend\n"
                                     "reportctl runs list --failing --since 7d\n"
                                     "reportctl runs list --recipient ann@example.com --since 2026-03-03 --until 2026-03-03\n"
                                     "reportctl runs list --json | jq -r '.[] | select(.status==\"failed\") | .id'"});
  add_account_option(verb, options->account);
  add_text_option(verb, options->schedule, "--schedule", "NAME", "only those of this schedule");
  add_text_option(verb, options->recipient, "--recipient", "ADDRESS", "only those whose report was to go there");
  add_text_option(verb, options->outcome, "--outcome", "STATES",
                  "delivered, partial, delivery_failed, unknown, no_data, quiet, rejected, failed, skipped, waiting, triggered "
                  "or generated; several with commas");
  verb.add_flag("--parts", options->parts, "also the parts of occurrences, each with its key");
  verb.add_flag("--failing", options->failing, "only those that ended badly");
  verb.add_flag("--waiting", options->waiting, "only those that wait for a person: their schedule has not succeeded since");
  add_text_option(verb, options->since, "--since", "TIME", "an instant, a day, or how long ago: 12h, 7d");
  add_text_option(verb, options->until, "--until", "TIME", "until then, a day included");
  add_limit_option(verb, options->limit);
  when_chosen(verb, session, [&session, options] { return list_runs(session, *options); });
}

}  // namespace

void bind_runs(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "runs",
                                     .summary = {},
                                     .examples = "reportctl runs list --since 7d\n"
                                                 "reportctl runs show 3f2a\n"
                                                 "reportctl runs retry --failed\n"
                                                 "reportctl runs resend 3f2a --only failed\n"
                                                 "reportctl runs save 3f2a --output report.csv"});
  bind_list(command, session);
  bind_runs_show(command, session);
  bind_runs_retry(command, session);
  bind_runs_resend(command, session);
  bind_runs_save(command, session);
}

}  // namespace reportctl::cli
