// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/apply_file.hpp"
#include "reportctl/manage/apply_plan.hpp"
#include "reportctl/store/images.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/input_file.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ApplyCommandOptions {
  std::vector<std::string> files;
  bool dry_run = false;
  bool prune = false;
  bool yes = false;
};

constexpr std::uint64_t kLargestFile = 1U << 20U;

manage::ApplyInput read_all(const std::vector<std::string>& files) {
  manage::ApplyInput input;
  for (const auto& file : files) manage::read_apply_file(read_input(file, kLargestFile), input_name(file), input);
  if (!input.problems.empty()) throw Error(ErrorKind::invalid, "nothing was applied\n" + yaml::describe(input.problems));
  return input;
}

const char* sign_of(manage::ItemAction action) {
  switch (action) {
    case manage::ItemAction::create:
      return "+";
    case manage::ItemAction::change:
      return "~";
    case manage::ItemAction::remove:
      return "-";
    case manage::ItemAction::unchanged:
      return " ";
  }
  return " ";
}

const char* word_of(manage::ItemAction action) {
  switch (action) {
    case manage::ItemAction::create:
      return "create";
    case manage::ItemAction::change:
      return "change";
    case manage::ItemAction::remove:
      return "remove";
    case manage::ItemAction::unchanged:
      return "unchanged";
  }
  return "unchanged";
}

void show(Session& session, const manage::ApplyPlan& plan) {
  if (session.out().format() == Format::json || session.out().quiet()) return;
  for (const auto& item : plan.items) {
    if (item.action == manage::ItemAction::unchanged) continue;
    const auto whose =
        item.kind == "account" || item.kind == "calendar" ? item.name : fmt::format("{}/{}", item.account, item.name);
    session.out().text(fmt::format("{} {} {}\n", sign_of(item.action), item.kind, visible(whose)));
    for (const auto& line : item.diff) session.out().text(fmt::format("    {}\n", line));
  }
}

Json record_of(const manage::ApplyPlan& plan, const ApplyCommandOptions& options) {
  Json items = Json::array();
  for (const auto& item : plan.items) {
    items.push_back({{"action", word_of(item.action)},
                     {"kind", item.kind},
                     {"account", item.account},
                     {"name", item.name},
                     {"diff", item.diff}});
  }
  Json counts = Json::object();
  for (const auto action :
       {manage::ItemAction::create, manage::ItemAction::change, manage::ItemAction::remove, manage::ItemAction::unchanged}) {
    counts[word_of(action)] = plan.count(action);
  }
  return {{"dry_run", options.dry_run}, {"items", items}, {"counts", counts}};
}

std::string summary(const manage::ApplyPlan& plan, const ApplyCommandOptions& options) {
  const auto created = plan.count(manage::ItemAction::create), changed = plan.count(manage::ItemAction::change),
             removed = plan.count(manage::ItemAction::remove);
  const auto unchanged = plan.count(manage::ItemAction::unchanged);
  if (created + changed + removed == 0) return fmt::format("no changes ({} unchanged)", unchanged);
  return fmt::format("{} created, {} changed, {} removed, {} unchanged{}", created, changed, removed, unchanged,
                     options.dry_run ? " (dry run: nothing was done)" : "");
}

int apply(Session& session, const ApplyCommandOptions& options) {
  const auto input = read_all(options.files);
  const auto plan = plan_apply(session.editor(), input,
                               {.prune = options.prune ? manage::Prune::yes : manage::Prune::no, .rehearsal = options.dry_run});
  show(session, plan);
  const auto removed = plan.count(manage::ItemAction::remove);
  const bool anything = removed + plan.count(manage::ItemAction::create) + plan.count(manage::ItemAction::change) > 0;
  if (anything && !options.dry_run) {
    if (removed > 0) {
      session.out().flush();
      session.confirm(
          fmt::format("Apply this, removing {} for good?", removed == 1 ? "one item" : fmt::format("{} items", removed)),
          options.yes);
    }
    for (const auto& image : plan.images) store::keep_image(session.state(), image);
    store::apply_changes(session.state(), plan.changes, plan.events, session.now());
  }
  session.out().done(summary(plan, options), record_of(plan, options));
  return exit_code::kDone;
}

}  // namespace

void bind_apply(CLI::App& root, Session& session) {
  const auto options = std::make_shared<ApplyCommandOptions>();
  auto& command =
      add_command(root, {.name = "apply",
                         .summary = {},
                         .examples = "reportctl apply -f acme.yaml --dry-run\n"
                                     "reportctl apply -f accounts.yaml -f schedules.yaml\n"
                                     "reportctl apply -f acme.yaml --prune --yes    # also remove what it does not have"});
  command.add_option("-f,--file", options->files, "what should be (reportctl-schedule.5); - is standard input")
      ->required()
      ->type_name("FILE");
  command.add_flag("--dry-run", options->dry_run, "show every difference and every broken rule; change nothing");
  command.add_flag("--prune", options->prune,
                   "remove schedules, members and webhooks of the files' accounts that the files do not have");
  add_yes_option(command, options->yes);
  when_chosen(command, session, [&session, options] { return apply(session, *options); });
}

}  // namespace reportctl::cli
