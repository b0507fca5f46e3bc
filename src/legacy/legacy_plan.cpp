// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/legacy/legacy_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::legacy {
namespace {

constexpr const char* kAccountUnknown = "account_unknown";

const char* tenant_field(const std::string& system) {
  return system == "fleet" ? "accountId" : system == "commerce" ? "companyId" : "tenant_id";
}

/// Whose schedule a row is: by --map, by an account's id, by its key in the source, else --account.
class AccountFinder {
 public:
  AccountFinder(const manage::Editor& editor, const ImportAccounts& wanted, const std::vector<LegacyRow>& rows) {
    for (auto& account : store::list_accounts(editor.parts.state())) {
      if (manage::sees(editor.actor, account.id)) accounts_.push_back(std::move(account));
    }
    for (const auto& [tenant, id] : wanted.named) named_.emplace(tenant, manage::visible_account(editor, id));
    if (wanted.otherwise) otherwise_ = manage::visible_account(editor, wanted.otherwise);
    std::set<std::string> strangers;
    for (const auto& row : rows) {
      if (!row.tenant.empty() && candidates(row.tenant).empty()) strangers.insert(row.tenant);
    }
    one_stranger_ = strangers.size() <= 1;
  }

  /// nullptr with the reason in `problems`.
  const access::Account* find(const LegacyRow& row, ImportProblems& problems) const {
    const auto refuse = [&](std::string message, std::string hint) {
      problems.push_back({kAccountUnknown, tenant_field(row.system), std::move(message), std::move(hint)});
      return nullptr;
    };
    if (row.tenant.empty()) {
      if (otherwise_) return &*otherwise_;
      if (accounts_.size() == 1) return &accounts_.front();
      return refuse("the row names no account", "--account ID says whose these rows are");
    }
    const auto found = candidates(row.tenant);
    if (found.size() == 1) return found.front();
    const auto word = fit_width(visible(row.tenant), 60);
    const auto hint = fmt::format("--map {}=ACCOUNT says which account it is", word);
    if (found.size() > 1) return refuse(fmt::format("several accounts have the key \"{}\"", word), hint);
    if (!otherwise_) return refuse(fmt::format("no account has the id or key \"{}\"", word), hint);
    // Two tenants in one account: each would be sent the other's rows.
    if (!one_stranger_) return refuse(fmt::format("\"{}\" is not the only one without an account here", word), hint);
    return &*otherwise_;
  }

 private:
  [[nodiscard]] std::vector<const access::Account*> candidates(const std::string& tenant) const {
    if (const auto named = named_.find(tenant); named != named_.end()) return {&named->second};
    std::vector<const access::Account*> by_key;
    for (const auto& account : accounts_) {
      if (account.id == tenant) return {&account};
      if (!account.key.empty() && account.key == tenant) by_key.push_back(&account);
    }
    return by_key;
  }

  std::vector<access::Account> accounts_;
  std::map<std::string, access::Account> named_;
  std::optional<access::Account> otherwise_;
  bool one_stranger_ = true;
};

/// The field of a draft that a violation is about: `to[2]` is `to`, `params.mode` is `params`.
std::string draft_field(const std::string& field) { return field.substr(0, field.find_first_of("[.")); }

class ImportPlanner {
 public:
  ImportPlanner(const manage::Editor& editor, const ImportAccounts& accounts, std::vector<LegacyRow> rows)
      : editor_(editor), finder_(editor, accounts, rows), rows_(std::move(rows)) {}

  ImportPlan plan() {
    for (auto& row : rows_) {
      ImportedRow item;
      item.problems = row.problems;
      item.row = std::move(row);
      decide(item);
      if (item.result == ImportResult::refused) reject(item);
      plan_.rows.push_back(std::move(item));
    }
    return std::move(plan_);
  }

 private:
  void decide(ImportedRow& item) {
    const auto& row = item.row;
    const auto* account = row.unread.contains("account") ? nullptr : finder_.find(row, item.problems);
    if (account == nullptr) return;
    item.account = account->id;
    item.account_timezone = account->timezone;
    if (!row.unread.contains("scope") && !may_manage(item, *account)) return;
    if (item.problems.empty() && (is_twin(item) || is_known(item))) return;
    check(item, *account);
  }

  bool may_manage(ImportedRow& item, const access::Account& account) {
    const auto problems =
        manage::role_problems(editor_.actor, access::Action::manage_schedules, account, item.row.draft.request.scope);
    for (const auto& problem : problems) add(item, problem);
    return problems.empty();
  }

  /// Imported before: whatever became of it since is the operator's business.
  bool is_known(ImportedRow& item) {
    item.schedule = store::find_schedule(editor_.parts.state(), imported_id(item.row, item.account));
    if (!item.schedule) return false;
    item.result = ImportResult::already_imported;
    read_.emplace(item.schedule->id, place_of_row(item.row));
    return true;
  }

  bool is_twin(ImportedRow& item) {
    const auto twin = read_.find(imported_id(item.row, item.account));
    if (twin == read_.end()) return false;
    item.problems.push_back({"row_invalid", item.row.id.empty() ? "name" : "id",
                             fmt::format("{} is the same schedule", twin->second), "keep one of the two"});
    return true;
  }

  void check(ImportedRow& item, const access::Account& account) {
    auto draft = item.row.draft;
    draft.account = account.id;
    auto check = check_for_save(editor_, {.draft = draft, .account = account, .renamed = true});
    for (const auto& violation : check.violations) {
      if (!item.row.unread.contains(draft_field(violation.field))) add(item, violation);
    }
    if (const auto twin = names_.find({account.id, draft.name}); twin != names_.end() && !item.row.unread.contains("name")) {
      add(item, {validation::Code::name_taken, "name", fmt::format("{} has the name \"{}\" already", twin->second, draft.name),
                 "give one of them another name"});
    }
    if (!item.problems.empty() || !check.definition) return;
    item.schedule = new_schedule(editor_, std::move(*check.definition), account);
    item.schedule->id = imported_id(item.row, account.id);
    item.result = ImportResult::imported;
    read_.emplace(item.schedule->id, place_of_row(item.row));
    names_.emplace(std::pair(account.id, item.schedule->definition.name), place_of_row(item.row));
    plan_.events.push_back(configured_event(editor_, *item.schedule, nullptr, manage::to_json(*item.schedule, account.timezone)));
    plan_.changes.add.push_back(*item.schedule);
  }

  static void add(ImportedRow& item, const validation::Violation& violation) {
    item.problems.push_back(
        {std::string(validation::code_name(violation.code)), violation.field, violation.message, violation.hint});
  }

  static std::string place_of_row(const LegacyRow& row) { return fmt::format("row {} of {}", row.number, row.file); }

  /// As any other refusal, with the import's own codes beside those of the rules.
  void reject(const ImportedRow& item) {
    auto draft = item.row.draft;
    draft.account = item.account;
    auto event = rejected_event(editor_, draft, {}, {});
    auto payload = json_from(event.payload);
    payload["rejectionReason"] = to_json(item.problems);
    event.payload = json_text(payload);
    plan_.events.push_back(std::move(event));
  }

  const manage::Editor& editor_;
  AccountFinder finder_;
  std::vector<LegacyRow> rows_;
  std::map<std::string, std::string> read_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
  ImportPlan plan_;
};

}  // namespace

Json to_json(const ImportProblems& problems) {
  Json list = Json::array();
  for (const auto& problem : problems) {
    list.push_back({{"code", problem.code}, {"field", problem.field}, {"message", problem.message}, {"hint", problem.hint}});
  }
  return list;
}

int ImportPlan::count(ImportResult result) const {
  return static_cast<int>(std::count_if(rows.begin(), rows.end(), [&](const ImportedRow& row) { return row.result == result; }));
}

ImportPlan plan_import(const manage::Editor& editor, std::vector<LegacyRow> rows, const ImportAccounts& accounts) {
  return ImportPlanner(editor, accounts, std::move(rows)).plan();
}

}  // namespace reportctl::legacy
