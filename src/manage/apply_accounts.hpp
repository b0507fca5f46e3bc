// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/manage/apply_plan.hpp"
#include "reportctl/manage/visibility.hpp"

namespace reportctl::manage {

/// The plan as far as it is, and what is wrong with the files.
struct ApplyDraft {
  ApplyDraft(const Editor& of, const ApplyOptions& with) : editor(of), options(with), own(own_accounts(of.actor)) {}

  [[nodiscard]] bool sees(const std::string& account) const { return !own || own->contains(account); }
  void item(ItemAction, const char* kind, const std::string& account, const std::string& name,
            std::vector<std::string> diff = {});
  void event(const Change&);
  void problems(const Place&, const std::string& what, const std::vector<std::string>& found);

  const Editor& editor;
  const ApplyOptions& options;
  std::optional<std::set<std::string>> own;
  ApplyPlan plan;
  std::vector<std::string> sentences;
};

/// The accounts of the files, with their members and webhooks, beside those of the state.
class AccountsDraft {
 public:
  using Accounts = std::map<std::string, access::Account>;

  explicit AccountsDraft(ApplyDraft&);
  void add(const AccountEntry&);

  /// As it will be: from the files, else from the state; null where there is none, or none that the actor sees.
  [[nodiscard]] const access::Account* find(const std::string& id) const;
  [[nodiscard]] const Accounts& stored() const { return stored_; }
  [[nodiscard]] const Accounts& wanted() const { return wanted_; }
  [[nodiscard]] std::string old_timezone(const std::string& account) const;  ///< empty for a new one
  /// Members who are removed, with their places in the plan's items.
  [[nodiscard]] const std::vector<std::pair<std::size_t, access::Member>>& leaving() const { return leaving_; }

 private:
  std::string logo_of(const AccountEntry&);
  std::vector<access::Account> neighbours(const access::Account& wanted);
  void members(const std::string& account, const std::vector<MemberEntry>&);
  void webhooks(const std::string& account, const std::vector<WebhookEntry>&);

  ApplyDraft& draft_;
  const Editor& editor_;
  Accounts stored_, wanted_;
  std::map<std::string, std::set<std::string>> by_key_;
  std::vector<std::pair<std::size_t, access::Member>> leaving_;
};

}  // namespace reportctl::manage
