// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "apply_accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/field_diff.hpp"
#include "reportctl/manage/logo_file.hpp"
#include "reportctl/manage/members.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::manage {
namespace {

using access::Account;
using access::Action;
using access::Member;

/// The same person: by login, else by address, else by name.
bool is_same(const Member& stored, const Member& wanted) {
  if (!wanted.login.empty() && stored.login == wanted.login) return true;
  if (wanted.email && stored.email == wanted.email) return true;
  const bool told_apart = (!wanted.login.empty() && !stored.login.empty()) || (wanted.email && stored.email);
  return !told_apart && stored.name == wanted.name;
}

/// Where account_problems() finds the accounts that one could collide with: by source, and by source and key.
std::array<std::string, 2> keys_of(const Account& account) {
  return {account.source, fmt::format("{}\n{}", account.source, access::folded_key(account.source_key()))};
}

}  // namespace

void ApplyDraft::item(ItemAction action, const char* kind, const std::string& account, const std::string& name,
                      std::vector<std::string> diff) {
  plan.items.push_back({action, kind, account, name, std::move(diff)});
}

void ApplyDraft::event(const Change& change) {
  auto events = audit_of(editor.actor, change);
  std::move(events.begin(), events.end(), std::back_inserter(plan.events));
}

void ApplyDraft::problems(const Place& place, const std::string& what, const std::vector<std::string>& found) {
  for (const auto& problem : found) sentences.push_back(fmt::format("{}: {}: {}", place.str(), what, problem));
}

AccountsDraft::AccountsDraft(ApplyDraft& draft) : draft_(draft), editor_(draft.editor) {
  for (auto& account : store::list_accounts(editor_.parts.state())) {
    for (const auto& key : keys_of(account)) by_key_[key].insert(account.id);
    stored_.emplace(account.id, account);
  }
}

const Account* AccountsDraft::find(const std::string& id) const {
  if (const auto wanted = wanted_.find(id); wanted != wanted_.end()) return &wanted->second;
  if (!draft_.sees(id)) return nullptr;
  const auto stored = stored_.find(id);
  return stored == stored_.end() ? nullptr : &stored->second;
}

std::string AccountsDraft::old_timezone(const std::string& account) const {
  const auto stored = stored_.find(account);
  return stored == stored_.end() ? std::string() : stored->second.timezone;
}

/// The picture's hash; it is kept when the plan is carried out.
std::string AccountsDraft::logo_of(const AccountEntry& entry) {
  try {
    auto bytes = read_logo(std::filesystem::path(entry.place.file).parent_path() / entry.logo);
    auto sha256 = sha256_hex(bytes);
    draft_.plan.images.push_back(std::move(bytes));
    return sha256;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    draft_.problems(entry.place, "account " + entry.account.id, {error.what()});
    return {};
  }
}

std::vector<Account> AccountsDraft::neighbours(const Account& wanted) {
  const auto source = editor_.parts.settings().sources.find(wanted.source);
  const bool is_single = source != editor_.parts.settings().sources.end() && source->second.single_tenant;
  std::vector<Account> found;
  for (const auto& id : by_key_[keys_of(wanted)[is_single ? 0 : 1]]) {
    const auto other = wanted_.find(id);
    found.push_back(other == wanted_.end() ? stored_.at(id) : other->second);
  }
  return found;
}

void AccountsDraft::add(const AccountEntry& entry) {
  throw_if_stopped();
  auto wanted = entry.account;
  if (!entry.logo.empty()) wanted.brand.logo = logo_of(entry);
  const auto& sources = editor_.parts.settings().sources;
  const auto stored = stored_.find(wanted.id);
  if (stored == stored_.end() || !draft_.sees(wanted.id)) {
    // In the same words whether someone else's account of this id exists or not.
    access::require(editor_.actor, Action::administer, "", {});
    if (wanted.source.empty() && sources.size() == 1) wanted.source = sources.begin()->first;
    draft_.plan.changes.add_accounts.push_back(wanted);
    draft_.event({"AccountAdded", wanted.id, wanted.id, nullptr, to_json(wanted)});
    draft_.item(ItemAction::create, "account", wanted.id, wanted.id, diff({}, fields_of(wanted)));
  } else {
    const auto& before = stored->second;
    if (wanted.source.empty() && sources.size() == 1) wanted.source = before.source;
    if (before == wanted) {
      draft_.item(ItemAction::unchanged, "account", wanted.id, wanted.id);
    } else {
      require_account_change(editor_.actor, before, wanted);
      draft_.plan.changes.edit_accounts.push_back(wanted);
      draft_.event({"AccountEdited", wanted.id, wanted.id, to_json(before), to_json(wanted)});
      draft_.item(ItemAction::change, "account", wanted.id, wanted.id, diff(fields_of(before), fields_of(wanted)));
    }
  }
  draft_.problems(entry.place, "account " + wanted.id,
                  account_problems(wanted, {editor_.parts.settings(), editor_.parts.calendars(), neighbours(wanted)}));
  if (entry.members) members(wanted.id, *entry.members);
  if (entry.webhooks) webhooks(wanted.id, *entry.webhooks);
  if (stored != stored_.end())
    for (const auto& key : keys_of(stored->second)) by_key_[key].erase(wanted.id);
  for (const auto& key : keys_of(wanted)) by_key_[key].insert(wanted.id);
  wanted_.emplace(wanted.id, std::move(wanted));
}

void AccountsDraft::members(const std::string& account, const std::vector<MemberEntry>& entries) {
  auto stored = store::list_members(editor_.parts.state(), account);
  for (const auto& entry : entries) {
    auto wanted = entry.member;
    draft_.problems(entry.place, "member " + wanted.name, member_problems(wanted));
    const auto before = std::find_if(stored.begin(), stored.end(), [&](const Member& member) { return is_same(member, wanted); });
    if (before == stored.end()) {
      wanted.id = new_id();
      require_member_change(editor_.actor, nullptr, &wanted);
      draft_.event({"MemberAdded", account, wanted.id, nullptr, to_json(wanted)});
      draft_.item(ItemAction::create, "member", account, wanted.name, diff({}, fields_of(wanted)));
      draft_.plan.changes.add_members.push_back(std::move(wanted));
      continue;
    }
    wanted.id = before->id;
    if (*before == wanted) {
      draft_.item(ItemAction::unchanged, "member", account, wanted.name);
    } else {
      require_member_change(editor_.actor, &*before, &wanted);
      draft_.event({"MemberEdited", account, wanted.id, to_json(*before), to_json(wanted)});
      draft_.item(ItemAction::change, "member", account, wanted.name, diff(fields_of(*before), fields_of(wanted)));
      draft_.plan.changes.edit_members.push_back(std::move(wanted));
    }
    stored.erase(before);
  }
  if (draft_.options.prune == Prune::no) return;
  for (const auto& gone : stored) {
    require_member_change(editor_.actor, &gone, nullptr);
    draft_.event({"MemberRemoved", account, gone.id, to_json(gone), nullptr});
    draft_.item(ItemAction::remove, "member", account, gone.name);
    draft_.plan.changes.remove_members.push_back(gone.id);
    leaving_.emplace_back(draft_.plan.items.size() - 1, gone);
  }
}

void AccountsDraft::webhooks(const std::string& account, const std::vector<WebhookEntry>& entries) {
  access::require(editor_.actor, Action::manage_account, account, {});
  auto stored = store::list_webhooks(editor_.parts.state(), account);
  for (const auto& entry : entries) {
    const auto found = webhook_problems(entry.webhook, editor_.parts.settings());
    draft_.problems(entry.place, "webhook " + entry.webhook.url, found);
    if (!found.empty()) continue;
    auto wanted = webhook_of(entry.webhook);
    wanted.account = account;
    const auto before =
        std::find_if(stored.begin(), stored.end(), [&](const store::Webhook& webhook) { return webhook.url == wanted.url; });
    if (before == stored.end()) {
      wanted.id = new_id();
      wanted.created_at = editor_.parts.now();
      draft_.event({"WebhookAdded", account, wanted.id, nullptr, to_json(wanted)});
      draft_.item(ItemAction::create, "webhook", account, wanted.url, diff({}, fields_of(wanted)));
      draft_.plan.changes.add_webhooks.push_back(std::move(wanted));
      continue;
    }
    wanted.id = before->id;
    wanted.created_at = before->created_at;
    if (store::same_webhook(*before, wanted)) {
      draft_.item(ItemAction::unchanged, "webhook", account, wanted.url);
    } else {
      draft_.event({"WebhookEdited", account, wanted.id, to_json(*before), to_json(wanted)});
      draft_.item(ItemAction::change, "webhook", account, wanted.url, diff(fields_of(*before), fields_of(wanted)));
      draft_.plan.changes.edit_webhooks.push_back(std::move(wanted));
    }
    stored.erase(before);
  }
  if (draft_.options.prune == Prune::no) return;
  for (const auto& gone : stored) {
    draft_.event({"WebhookRemoved", account, gone.id, to_json(gone), nullptr});
    draft_.item(ItemAction::remove, "webhook", account, gone.url);
    draft_.plan.changes.remove_webhooks.push_back(gone.id);
  }
}

}  // namespace reportctl::manage
