// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: what the files say is compared by one class, kind after kind, and refused or planned in one piece.
#include "reportctl/manage/apply_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/calendar_save.hpp"
#include "reportctl/manage/field_diff.hpp"
#include "reportctl/manage/logo_file.hpp"
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
using access::Member;
using schedule::Schedule;

/// The same person: by login, else by address, else by name.
bool is_same(const Member& stored, const Member& wanted) {
  if (!wanted.login.empty() && stored.login == wanted.login) return true;
  if (wanted.email && stored.email == wanted.email) return true;
  const bool told_apart = (!wanted.login.empty() && !stored.login.empty()) || (wanted.email && stored.email);
  return !told_apart && stored.name == wanted.name;
}

class Planner {
 public:
  Planner(const Editor& editor, const ApplyInput& input, const ApplyOptions& options)
      : editor_(editor), input_(input), options_(options), own_(own_accounts(editor.actor)) {}

  ApplyPlan plan() {
    for (auto& account : store::list_accounts(editor_.parts.state())) {
      for (const auto& key : keys_of(account)) by_key_[key].insert(account.id);
      stored_accounts_.emplace(account.id, account);
    }
    for (const auto& entry : input_.calendars) calendar(entry);
    for (const auto& entry : input_.accounts) account(entry);
    for (const auto& entry : input_.schedules) schedule(entry);
    refuse_all();
    if (options_.prune == Prune::yes) prune_schedules();
    name_orphans();
    follow_surroundings();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool sees(const std::string& account) const { return !own_ || own_->contains(account); }

  void item(ItemAction action, const char* kind, const std::string& account, const std::string& name,
            std::vector<std::string> diff = {}) {
    plan_.items.push_back({action, kind, account, name, std::move(diff)});
  }

  void event(const Change& change) {
    auto events = audit_of(editor_.actor, change);
    std::move(events.begin(), events.end(), std::back_inserter(plan_.events));
  }

  void problems(const Place& place, const std::string& what, const std::vector<std::string>& found) {
    for (const auto& problem : found) sentences_.push_back(fmt::format("{}: {}: {}", place.str(), what, problem));
  }

  void calendar(const CalendarEntry& entry) {
    const auto what = "calendar " + entry.name;
    std::string text;
    try {
      constexpr std::uint64_t kLargest = 1U << 20U;
      text = read_file((std::filesystem::path(entry.place.file).parent_path() / entry.file).string(), kLargest);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      return problems(entry.place, what, {error.what()});
    }
    if (const auto found = calendar_problems(entry.name, text); !found.empty()) return problems(entry.place, what, found);
    auto change = compare_calendar(editor_, entry.name, text);
    if (change.is_same) return item(ItemAction::unchanged, "calendar", "", entry.name);
    editor_.parts.calendars()[entry.name] = store::calendar_in_use(text);
    event(change.event);
    item(change.is_new ? ItemAction::create : ItemAction::change, "calendar", "", entry.name, std::move(change.days));
    plan_.changes.put_calendars.push_back(std::move(change.calendar));
  }

  /// The picture's hash; it is kept when the plan is carried out.
  std::string logo_of(const AccountEntry& entry) {
    try {
      auto bytes = read_logo(std::filesystem::path(entry.place.file).parent_path() / entry.logo);
      auto sha256 = sha256_hex(bytes);
      plan_.images.push_back(std::move(bytes));
      return sha256;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      problems(entry.place, "account " + entry.account.id, {error.what()});
      return {};
    }
  }

  /// Where account_problems() finds the accounts that one could collide with: by source, and by source and key.
  static std::array<std::string, 2> keys_of(const Account& account) {
    return {account.source, fmt::format("{}\n{}", account.source, access::folded_key(account.source_key()))};
  }

  std::vector<Account> neighbours(const Account& wanted) {
    const auto source = editor_.parts.settings().sources.find(wanted.source);
    const bool is_single = source != editor_.parts.settings().sources.end() && source->second.single_tenant;
    std::vector<Account> found;
    for (const auto& id : by_key_[keys_of(wanted)[is_single ? 0 : 1]]) {
      const auto other = wanted_accounts_.find(id);
      found.push_back(other == wanted_accounts_.end() ? stored_accounts_.at(id) : other->second);
    }
    return found;
  }

  void account(const AccountEntry& entry) {
    throw_if_stopped();
    auto wanted = entry.account;
    if (!entry.logo.empty()) wanted.brand.logo = logo_of(entry);
    const auto& sources = editor_.parts.settings().sources;
    const auto stored = stored_accounts_.find(wanted.id);
    if (stored == stored_accounts_.end() || !sees(wanted.id)) {
      // In the same words whether someone else's account of this id exists or not.
      access::require(editor_.actor, Action::administer, "", {});
      if (wanted.source.empty() && sources.size() == 1) wanted.source = sources.begin()->first;
      plan_.changes.add_accounts.push_back(wanted);
      event({"AccountAdded", wanted.id, wanted.id, nullptr, to_json(wanted)});
      item(ItemAction::create, "account", wanted.id, wanted.id, diff({}, fields_of(wanted)));
    } else {
      const auto& before = stored->second;
      if (wanted.source.empty() && sources.size() == 1) wanted.source = before.source;
      if (before == wanted) {
        item(ItemAction::unchanged, "account", wanted.id, wanted.id);
      } else {
        require_account_change(editor_.actor, before, wanted);
        plan_.changes.edit_accounts.push_back(wanted);
        event({"AccountEdited", wanted.id, wanted.id, to_json(before), to_json(wanted)});
        item(ItemAction::change, "account", wanted.id, wanted.id, diff(fields_of(before), fields_of(wanted)));
      }
    }
    problems(entry.place, "account " + wanted.id,
             account_problems(wanted, {editor_.parts.settings(), editor_.parts.calendars(), neighbours(wanted)}));
    if (entry.members) members(wanted.id, *entry.members);
    if (entry.webhooks) webhooks(wanted.id, *entry.webhooks);
    if (stored != stored_accounts_.end())
      for (const auto& key : keys_of(stored->second)) by_key_[key].erase(wanted.id);
    for (const auto& key : keys_of(wanted)) by_key_[key].insert(wanted.id);
    wanted_accounts_.emplace(wanted.id, std::move(wanted));
  }

  void members(const std::string& account, const std::vector<MemberEntry>& entries) {
    auto stored = store::list_members(editor_.parts.state(), account);
    for (const auto& entry : entries) {
      auto wanted = entry.member;
      problems(entry.place, "member " + wanted.name, member_problems(wanted));
      const auto before =
          std::find_if(stored.begin(), stored.end(), [&](const Member& member) { return is_same(member, wanted); });
      if (before == stored.end()) {
        wanted.id = new_id();
        require_member_change(editor_.actor, nullptr, &wanted);
        event({"MemberAdded", account, wanted.id, nullptr, to_json(wanted)});
        item(ItemAction::create, "member", account, wanted.name, diff({}, fields_of(wanted)));
        plan_.changes.add_members.push_back(std::move(wanted));
        continue;
      }
      wanted.id = before->id;
      if (*before == wanted) {
        item(ItemAction::unchanged, "member", account, wanted.name);
      } else {
        require_member_change(editor_.actor, &*before, &wanted);
        event({"MemberEdited", account, wanted.id, to_json(*before), to_json(wanted)});
        item(ItemAction::change, "member", account, wanted.name, diff(fields_of(*before), fields_of(wanted)));
        plan_.changes.edit_members.push_back(std::move(wanted));
      }
      stored.erase(before);
    }
    if (options_.prune == Prune::no) return;
    for (const auto& gone : stored) {
      require_member_change(editor_.actor, &gone, nullptr);
      event({"MemberRemoved", account, gone.id, to_json(gone), nullptr});
      item(ItemAction::remove, "member", account, gone.name);
      plan_.changes.remove_members.push_back(gone.id);
      leaving_.emplace_back(plan_.items.size() - 1, gone);
    }
  }

  void webhooks(const std::string& account, const std::vector<WebhookEntry>& entries) {
    access::require(editor_.actor, Action::manage_account, account, {});
    auto stored = store::list_webhooks(editor_.parts.state(), account);
    for (const auto& entry : entries) {
      const auto found = webhook_problems(entry.webhook, editor_.parts.settings());
      problems(entry.place, "webhook " + entry.webhook.url, found);
      if (!found.empty()) continue;
      auto wanted = webhook_of(entry.webhook);
      wanted.account = account;
      const auto before =
          std::find_if(stored.begin(), stored.end(), [&](const store::Webhook& webhook) { return webhook.url == wanted.url; });
      if (before == stored.end()) {
        wanted.id = new_id();
        wanted.created_at = editor_.parts.now();
        event({"WebhookAdded", account, wanted.id, nullptr, to_json(wanted)});
        item(ItemAction::create, "webhook", account, wanted.url, diff({}, fields_of(wanted)));
        plan_.changes.add_webhooks.push_back(std::move(wanted));
        continue;
      }
      wanted.id = before->id;
      wanted.created_at = before->created_at;
      if (store::same_webhook(*before, wanted)) {
        item(ItemAction::unchanged, "webhook", account, wanted.url);
      } else {
        event({"WebhookEdited", account, wanted.id, to_json(*before), to_json(wanted)});
        item(ItemAction::change, "webhook", account, wanted.url, diff(fields_of(*before), fields_of(wanted)));
        plan_.changes.edit_webhooks.push_back(std::move(wanted));
      }
      stored.erase(before);
    }
    if (options_.prune == Prune::no) return;
    for (const auto& gone : stored) {
      event({"WebhookRemoved", account, gone.id, to_json(gone), nullptr});
      item(ItemAction::remove, "webhook", account, gone.url);
      plan_.changes.remove_webhooks.push_back(gone.id);
    }
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
    problems(entry.place, "schedule " + entry.draft.name, found);
    return found.empty();
  }

  /// As it will be: from the files, else from the state.
  const Account* account_of_schedule(const std::string& id) {
    if (const auto wanted = wanted_accounts_.find(id); wanted != wanted_accounts_.end()) return &wanted->second;
    if (!sees(id)) return nullptr;
    const auto stored = stored_accounts_.find(id);
    return stored == stored_accounts_.end() ? nullptr : &stored->second;
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

  std::string old_timezone(const std::string& account) const {
    const auto stored = stored_accounts_.find(account);
    return stored == stored_accounts_.end() ? std::string() : stored->second.timezone;
  }

  void schedule(const ScheduleEntry& entry) {
    throw_if_stopped();
    const auto* account = account_of_schedule(entry.draft.account);
    if (account == nullptr) {
      problems(entry.place, "schedule " + entry.draft.name, {fmt::format("account: no account \"{}\"", entry.draft.account)});
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
    plan_.events.push_back(configured_event(editor_, schedule, nullptr, to_json(schedule, account.timezone)));
    item(ItemAction::create, "schedule", account.id, schedule.definition.name, diff({}, fields_of(schedule.definition)));
    plan_.changes.add.push_back(std::move(schedule));
  }

  void change(const Schedule& before, validation::DraftCheck check, const Account& account) {
    auto& definition = check.definition.value();
    if (before.definition == definition) {
      item(ItemAction::unchanged, "schedule", account.id, definition.name);
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
    plan_.events.push_back(
        configured_event(editor_, after, to_json(before, old_timezone(account.id)), to_json(after, account.timezone)));
    auto lines = diff(fields_of(before.definition), fields_of(after.definition));
    lines.insert(lines.end(), words.begin(), words.end());
    item(ItemAction::change, "schedule", account.id, after.definition.name, std::move(lines));
    plan_.changes.edit.push_back(std::move(after));
  }

  /// Where its next run goes; what happens to its occurrences, as lines of a difference.
  std::vector<std::string> move_slots(const Schedule& before, Schedule& after, const Account& account,
                                      const std::optional<schedule::WindowChoice>& window) {
    auto slots = plan_slots(editor_, {.before = before,
                                      .after = after.definition,
                                      .timezone_before = old_timezone(account.id),
                                      .timezone_after = account.timezone,
                                      .window = window});
    after.next_run_at = slots.next;
    std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(plan_.changes.skipped));
    for (auto& words : slots.words) words = "! " + words;
    return std::move(slots.words);
  }

  bool fires_alike(const schedule::Definition& before, const schedule::Definition& after, const Account& account) const {
    return same_rhythm(before, old_timezone(account.id), after, account.timezone);
  }

  void reject(const ScheduleEntry& entry, const validation::Violations& violations, const std::string& id) {
    for (auto violation : violations) {
      violation.field = fmt::format("{}: schedule {}: {}", entry.place.str(), entry.draft.name, violation.field);
      violations_.push_back(std::move(violation));
    }
    rejections_.push_back(rejected_event(editor_, entry.draft, violations, id));
  }

  void refuse_all() {
    if (sentences_.empty() && violations_.empty()) return;
    if (!options_.rehearsal && !rejections_.empty()) store::append_audit(editor_.parts.state(), rejections_, editor_.parts.now());
    std::string what = "nothing was applied";
    for (const auto& sentence : sentences_) what += "\n" + sentence;
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
        event({"ScheduleRemoved", account, schedule.id, to_json(schedule, old_timezone(account)), nullptr});
        item(ItemAction::remove, "schedule", account, name);
        plan_.changes.remove.push_back(schedule.id);
      }
    }
  }

  /// A member who goes may leave schedules behind that nobody may run any more.
  void name_orphans() {
    for (const auto& [place, member] : leaving_) {
      const auto left = orphans(editor_, member, plan_.changes.remove);
      if (!left.empty()) plan_.items[place].diff.push_back(fmt::format("! {}: {}", left, reassign_command(member)));
    }
  }

  /// An account that moves to another zone or calendar takes along the schedules that have none of their own, and a calendar with
  /// other days those that go by it.
  void follow_surroundings() {
    for (const auto& [id, stored] : stored_accounts_) {
      const auto wanted = wanted_accounts_.find(id);
      const Account& account = wanted == wanted_accounts_.end() ? stored : wanted->second;
      const bool is_same = account.timezone == stored.timezone && account.calendar == stored.calendar;
      if (is_same && plan_.changes.put_calendars.empty()) continue;
      for (auto& [schedule, before, slots] : moved_schedules(editor_, stored, account, editor_.parts.calendars())) {
        const auto& name = schedule.definition.name;
        if (is_handled(schedule.id)) continue;
        plan_.events.push_back(
            configured_event(editor_, schedule, to_json(before, old_timezone(account.id)), to_json(schedule, account.timezone)));
        std::erase_if(plan_.items, [&](const PlannedItem& item) {
          return item.kind == "schedule" && item.account == account.id && item.name == name;
        });
        std::vector<std::string> lines{fmt::format("~ next run: {} → {}",
                                                   before.next_run_at ? format_utc(*before.next_run_at) : "–",
                                                   schedule.next_run_at ? format_utc(*schedule.next_run_at) : "–")};
        for (const auto& words : slots.words) lines.push_back("! " + words);
        item(ItemAction::change, "schedule", account.id, name, std::move(lines));
        std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(plan_.changes.skipped));
        plan_.changes.edit.push_back(std::move(schedule));
      }
    }
  }

  /// Do the files change or remove it themselves?
  [[nodiscard]] bool is_handled(const std::string& id) const {
    const auto& edited = plan_.changes.edit;
    const auto& removed = plan_.changes.remove;
    return std::any_of(edited.begin(), edited.end(), [&](const Schedule& one) { return one.id == id; }) ||
           std::find(removed.begin(), removed.end(), id) != removed.end();
  }

  const Editor& editor_;
  const ApplyInput& input_;
  const ApplyOptions& options_;
  std::optional<std::set<std::string>> own_;
  std::map<std::string, Account> stored_accounts_, wanted_accounts_;
  std::map<std::string, std::set<std::string>> by_key_;
  std::map<std::string, std::map<std::string, Schedule>> stored_schedules_;
  std::set<std::pair<std::string, std::string>> named_;
  std::vector<std::string> sentences_;
  validation::Violations violations_;
  store::AuditEvents rejections_;
  std::vector<std::pair<std::size_t, Member>> leaving_;  ///< with their places in the plan's items
  ApplyPlan plan_;
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
