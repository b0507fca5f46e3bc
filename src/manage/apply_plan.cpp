// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/apply_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "apply_accounts.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/calendar_save.hpp"
#include "reportctl/manage/field_diff.hpp"
#include "reportctl/manage/members.hpp"
#include "reportctl/manage/rows_file.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/validation/refusal.hpp"

namespace reportctl::manage {
namespace {

using access::Account;
using access::Action;
using schedule::Schedule;

class Planner {
 public:
  Planner(const Editor& editor, const ApplyInput& input, const ApplyOptions& options)
      : editor_(editor), input_(input), options_(options), draft_(editor, options), accounts_(draft_) {}

  ApplyPlan plan() {
    for (const auto& entry : input_.calendars) calendar(entry);
    for (const auto& entry : input_.accounts) accounts_.add(entry);
    for (const auto& entry : input_.schedules) schedule(entry);
    refuse_all();
    if (options_.prune == Prune::yes) prune_schedules();
    name_orphans();
    follow_surroundings();
    return std::move(draft_.plan);
  }

 private:
  void calendar(const CalendarEntry& entry) {
    const auto what = "calendar " + entry.name;
    std::string text;
    try {
      constexpr std::uint64_t kLargest = 1U << 20U;
      text = read_file((std::filesystem::path(entry.place.file).parent_path() / entry.file).string(), kLargest);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      return draft_.problems(entry.place, what, {error.what()});
    }
    if (const auto found = calendar_problems(entry.name, text); !found.empty()) return draft_.problems(entry.place, what, found);
    auto change = compare_calendar(editor_, entry.name, text);
    if (change.is_same) return draft_.item(ItemAction::unchanged, "calendar", "", entry.name);
    editor_.parts.calendars()[entry.name] = store::calendar_in_use(text);
    draft_.event(change.event);
    draft_.item(change.is_new ? ItemAction::create : ItemAction::change, "calendar", "", entry.name, std::move(change.days));
    draft_.plan.changes.put_calendars.push_back(std::move(change.calendar));
  }

  /// False, with what is wrong, where the file cannot be used.
  bool read_rows(const ScheduleEntry& entry, schedule::PartList::Rows& rows) {
    std::vector<std::string> found;
    try {
      const auto path = std::filesystem::path(entry.place.file).parent_path() / entry.rows_file;
      found = read_rows_file(read_file(path.string(), kLargestRowsFile), rows);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      found = {error.what()};
    }
    for (auto& problem : found) problem = fmt::format("{}: {}", entry.rows_file, problem);
    draft_.problems(entry.place, "schedule " + entry.draft.name, found);
    return found.empty();
  }

  std::map<std::string, Schedule>& stored_schedules(const std::string& account) {
    const auto [known, is_new] = stored_schedules_.try_emplace(account);
    if (is_new) {
      for (auto& schedule : store::list_schedules(editor_.parts.state(), {.account = account, .report = {}, .active = {}})) {
        known->second.emplace(schedule.definition.name, std::move(schedule));
      }
    }
    return known->second;
  }

  void schedule(const ScheduleEntry& entry) {
    throw_if_stopped();
    const auto* account = accounts_.find(entry.draft.account);
    if (account == nullptr) {
      draft_.problems(entry.place, "schedule " + entry.draft.name,
                      {fmt::format("account: no account \"{}\"", entry.draft.account)});
      return;
    }
    named_.emplace(account->id, entry.draft.name);
    auto& stored = stored_schedules(account->id);
    const auto before = stored.find(entry.draft.name);
    if (const auto broken = refused_by_role(editor_, {.draft = entry.draft, .account = *account, .renamed = false});
        !broken.empty())
      return reject(entry, broken, {});
    auto draft = entry.draft;
    if (!entry.rows_file.empty() && !read_rows(entry, draft.parts.rows)) return;
    draft.active = entry.active.value_or(before == stored.end() || before->second.definition.active);
    auto check = check_for_save(editor_, {.draft = draft, .account = *account, .renamed = false});
    if (!check.definition) return reject(entry, check.violations, before == stored.end() ? std::string() : before->second.id);
    if (before == stored.end()) {
      create(new_schedule(editor_, std::move(*check.definition), *account), *account);
    } else {
      change(before->second, std::move(check), *account);
    }
  }

  void create(Schedule schedule, const Account& account) {
    draft_.plan.events.push_back(configured_event(editor_, schedule, nullptr, to_json(schedule, account.timezone)));
    draft_.item(ItemAction::create, "schedule", account.id, schedule.definition.name, diff({}, fields_of(schedule.definition)));
    draft_.plan.changes.add.push_back(std::move(schedule));
  }

  void change(const Schedule& before, validation::DraftCheck check, const Account& account) {
    auto& definition = check.definition.value();
    if (before.definition == definition) {
      draft_.item(ItemAction::unchanged, "schedule", account.id, definition.name);
      return;
    }
    access::require(editor_.actor, Action::manage_schedules, account.id, before.definition.scope);
    auto after = before;
    after.definition = std::move(definition);
    note_giver(editor_, before.definition, after);
    const bool resumes = after.definition.active && !before.definition.active;
    const bool passed = !after.next_run_at || *after.next_run_at <= editor_.parts.now();
    std::vector<std::string> words;
    if (!fires_alike(before.definition, after.definition, account) || (resumes && passed))
      words = move_slots(before, after, account, check.resolved->window);
    if (!after.owner.empty() && !store::find_member(editor_.parts.state(), after.owner))
      after.owner = owner_for(editor_, after.definition);
    draft_.plan.events.push_back(
        configured_event(editor_, after, to_json(before, accounts_.old_timezone(account.id)), to_json(after, account.timezone)));
    auto lines = diff(fields_of(before.definition), fields_of(after.definition));
    lines.insert(lines.end(), words.begin(), words.end());
    draft_.item(ItemAction::change, "schedule", account.id, after.definition.name, std::move(lines));
    draft_.plan.changes.edit.push_back(std::move(after));
  }

  /// Where its next run goes; what happens to its occurrences, as lines of a difference.
  std::vector<std::string> move_slots(const Schedule& before, Schedule& after, const Account& account,
                                      const std::optional<schedule::WindowChoice>& window) {
    auto slots = plan_slots(editor_, {.before = before,
                                      .after = after.definition,
                                      .timezone_before = accounts_.old_timezone(account.id),
                                      .timezone_after = account.timezone,
                                      .window = window});
    after.next_run_at = slots.next;
    std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(draft_.plan.changes.skipped));
    for (auto& words : slots.words) words = "! " + words;
    return std::move(slots.words);
  }

  bool fires_alike(const schedule::Definition& before, const schedule::Definition& after, const Account& account) const {
    return same_rhythm(before, accounts_.old_timezone(account.id), after, account.timezone);
  }

  void reject(const ScheduleEntry& entry, const validation::Violations& violations, const std::string& id) {
    for (auto violation : violations) {
      violation.field = fmt::format("{}: schedule {}: {}", entry.place.str(), entry.draft.name, violation.field);
      violations_.push_back(std::move(violation));
    }
    rejections_.push_back(rejected_event(editor_, entry.draft, violations, id));
  }

  void refuse_all() {
    if (draft_.sentences.empty() && violations_.empty()) return;
    if (!options_.rehearsal && !rejections_.empty()) store::append_audit(editor_.parts.state(), rejections_, editor_.parts.now());
    std::string what = "nothing was applied";
    for (const auto& sentence : draft_.sentences) what += "\n" + sentence;
    if (violations_.empty()) throw Error(ErrorKind::invalid, what);
    refuse(what, violations_);
  }

  void prune_schedules() {
    std::set<std::string> accounts;
    for (const auto& entry : input_.accounts) accounts.insert(entry.account.id);
    for (const auto& entry : input_.schedules) accounts.insert(entry.draft.account);
    for (const auto& account : accounts) {
      for (const auto& [name, schedule] : stored_schedules(account)) {
        if (named_.contains({account, name}) || !may_see(editor_, schedule)) continue;
        access::require(editor_.actor, Action::manage_schedules, account, schedule.definition.scope);
        draft_.event({"ScheduleRemoved", account, schedule.id, to_json(schedule, accounts_.old_timezone(account)), nullptr});
        draft_.item(ItemAction::remove, "schedule", account, name);
        draft_.plan.changes.remove.push_back(schedule.id);
      }
    }
  }

  /// A member who goes may leave schedules behind that nobody may run any more.
  void name_orphans() {
    for (const auto& [place, member] : accounts_.leaving()) {
      const auto left = orphans(editor_, member, draft_.plan.changes.remove);
      if (!left.empty()) draft_.plan.items[place].diff.push_back(fmt::format("! {}: {}", left, reassign_command(member)));
    }
  }

  /// An account that moves to another zone or calendar takes along the schedules that have none of their own, and a calendar with
  /// other days those that go by it.
  void follow_surroundings() {
    for (const auto& [id, stored] : accounts_.stored()) {
      const auto wanted = accounts_.wanted().find(id);
      const Account& account = wanted == accounts_.wanted().end() ? stored : wanted->second;
      const bool is_same = account.timezone == stored.timezone && account.calendar == stored.calendar;
      if (is_same && draft_.plan.changes.put_calendars.empty()) continue;
      for (auto& [schedule, before, slots] : moved_schedules(editor_, stored, account, editor_.parts.calendars())) {
        const auto& name = schedule.definition.name;
        if (is_handled(schedule.id)) continue;
        draft_.plan.events.push_back(configured_event(editor_, schedule, to_json(before, accounts_.old_timezone(account.id)),
                                                      to_json(schedule, account.timezone)));
        std::erase_if(draft_.plan.items, [&](const PlannedItem& item) {
          return item.kind == "schedule" && item.account == account.id && item.name == name;
        });
        std::vector<std::string> lines{fmt::format("~ next run: {} → {}",
                                                   before.next_run_at ? format_utc(*before.next_run_at) : "–",
                                                   schedule.next_run_at ? format_utc(*schedule.next_run_at) : "–")};
        for (const auto& words : slots.words) lines.push_back("! " + words);
        draft_.item(ItemAction::change, "schedule", account.id, name, std::move(lines));
        std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(draft_.plan.changes.skipped));
        draft_.plan.changes.edit.push_back(std::move(schedule));
      }
    }
  }

  /// Do the files change or remove it themselves?
  [[nodiscard]] bool is_handled(const std::string& id) const {
    const auto& edited = draft_.plan.changes.edit;
    const auto& removed = draft_.plan.changes.remove;
    return std::any_of(edited.begin(), edited.end(), [&](const Schedule& one) { return one.id == id; }) ||
           std::find(removed.begin(), removed.end(), id) != removed.end();
  }

  const Editor& editor_;
  const ApplyInput& input_;
  const ApplyOptions& options_;
  ApplyDraft draft_;
  AccountsDraft accounts_;
  std::map<std::string, std::map<std::string, Schedule>> stored_schedules_;
  std::set<std::pair<std::string, std::string>> named_;
  validation::Violations violations_;
  store::AuditEvents rejections_;
};

}  // namespace

int ApplyPlan::count(ItemAction action) const {
  return static_cast<int>(
      std::count_if(items.begin(), items.end(), [&](const PlannedItem& item) { return item.action == action; }));
}

ApplyPlan plan_apply(const Editor& editor, const ApplyInput& input, const ApplyOptions& options) {
  return Planner(editor, input, options).plan();
}

}  // namespace reportctl::manage
