// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/access/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::access {

namespace {

constexpr std::array<std::string_view, 6> kRoles = {"system_admin", "owner", "admin", "depot_admin", "manager", "viewer"};

bool has_site(const Member& member, const schedule::Scope& scope) {
  return std::find(member.sites.begin(), member.sites.end(), scope) != member.sites.end();
}

/// Otherwise it holds for the member's sites alone.
bool is_account_wide(const Member& member) {
  switch (member.role) {
    case Role::system_admin:
    case Role::owner:
    case Role::admin:
      return true;
    case Role::depot_admin:
    case Role::manager:
      return false;
    case Role::viewer:
      return member.sites.empty();
  }
  return false;
}

/// Does the membership reach into this scope at all? Account-wide things belong to no site.
bool reaches(const Member& member, std::string_view account, const schedule::Scope& scope) {
  if (account.empty() || member.account != account) return false;
  return is_account_wide(member) || has_site(member, scope);
}

bool role_may(Role role, Action action) {
  switch (action) {
    case Action::view:
      return true;
    case Action::run:
    case Action::manage_schedules:
      return role != Role::viewer;
    case Action::manage_account:
      return role == Role::system_admin || role == Role::owner || role == Role::admin;
    case Action::administer:
      return role == Role::system_admin;
  }
  return false;
}

std::string name_or(const std::string& login, const char* otherwise) { return is_login(login) ? login : otherwise; }

struct Refusal {
  std::string_view what;   ///< after "may not"
  std::string_view whose;  ///< who may
};
Refusal refusal(Action action) {
  switch (action) {
    case Action::view:
      return {"look at this", "a member of the account whose sites include it, or a system_admin"};
    case Action::run:
      return {"run reports here", "an owner or admin of the account, a depot_admin or manager of the site, or a system_admin"};
    case Action::manage_schedules:
      return {"change schedules here",
              "an owner or admin of the account, a depot_admin or manager of the site, or a system_admin"};
    case Action::manage_account:
      return {"change this account", "an owner or admin of the account, or a system_admin"};
    case Action::administer:
      return {"administer reportctl", "a system_admin"};
  }
  return {"do this", "a system_admin"};
}

}  // namespace

bool is_login(std::string_view text) {
  const auto is_plain = [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || std::string_view("._-@+$\\").find(c) != std::string_view::npos;
  };
  constexpr std::size_t kLongest = 256;
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), is_plain);
}

std::string_view role_name(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::find(kRoles.begin(), kRoles.end(), to_lower(text));
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<Role>(found - kRoles.begin());
}

std::vector<std::string> role_names() { return {kRoles.begin(), kRoles.end()}; }

bool Actor::is_system_admin() const {
  return is_operator || std::any_of(memberships.begin(), memberships.end(),
                                    [](const Member& member) { return member.role == Role::system_admin; });
}

std::string Actor::str() const {
  std::string text = name_or(login, "unknown");
  if (!as.empty()) text += fmt::format(" (as {})", name_or(as, "?"));
  if (!sudo_user.empty()) text += fmt::format(" (SUDO_USER: {})", name_or(sudo_user, "no login"));
  return text;
}

Actor actor_of(const Member& member) {
  Actor actor;
  actor.login = member.login;
  actor.memberships = {member};
  return actor;
}

const Member* membership_for(const Actor& actor, Action action, std::string_view account, const schedule::Scope& scope) {
  for (const Member& member : actor.memberships)
    if (member.account == account && may(actor_of(member), action, account, scope)) return &member;
  return nullptr;
}

bool may(const Actor& actor, Action action, std::string_view account, const schedule::Scope& scope) {
  const auto roles = roles_in(actor, account, scope);
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return role_may(role, action); });
}

void require(const Actor& actor, Action action, std::string_view account, const schedule::Scope& scope) {
  if (may(actor, action, account, scope)) return;
  const Refusal why = refusal(action);
  // Neither the account nor the scope is looked up or named: the same words whether it exists or not.
  throw Error(ErrorKind::not_permitted, fmt::format("{} may not {}", actor.str(), why.what), fmt::format("ask {}", why.whose));
}

std::optional<std::vector<Reach>> reach(const Actor& actor, Action action) {
  if (actor.is_system_admin()) return std::nullopt;
  std::vector<Reach> reached;
  const auto add = [&](Reach one) {
    if (one.account.empty()) return;
    const bool known = std::any_of(reached.begin(), reached.end(), [&](const Reach& other) {
      return other == one || (other.account == one.account && !other.site);
    });
    if (!known) reached.push_back(std::move(one));
  };
  for (const Member& member : actor.memberships)
    if (role_may(member.role, action) && is_account_wide(member)) add({member.account, std::nullopt});
  for (const Member& member : actor.memberships)
    if (role_may(member.role, action))
      for (const auto& site : member.sites) add({member.account, site});
  return reached;
}

std::set<Role> roles_in(const Actor& actor, std::string_view account, const schedule::Scope& scope) {
  std::set<Role> roles;
  if (actor.is_system_admin()) roles.insert(Role::system_admin);
  for (const Member& member : actor.memberships)
    if (reaches(member, account, scope)) roles.insert(member.role);
  return roles;
}

std::string folded_key(std::string_view key) {
  std::string folded = to_lower(trim(key));
  constexpr std::string_view kDigits = "0123456789";
  std::string_view number = folded;
  const bool negative = number.starts_with('-');
  if (negative || number.starts_with('+')) number.remove_prefix(1);
  const std::string_view whole = number.substr(0, number.find('.'));
  const std::string_view fraction = number.substr(whole.size());
  const bool is_number = !whole.empty() && whole.find_first_not_of(kDigits) == std::string_view::npos &&
                         fraction.find_first_not_of('0', 1) == std::string_view::npos;
  if (is_number) {
    const std::size_t first = std::min(whole.find_first_not_of('0'), whole.size() - 1);
    return (negative ? "-" : "") + std::string(whole.substr(first));
  }
  std::string uuid;
  for (const char c : folded)
    if (c != '-' && c != '{' && c != '}') uuid += c;
  return uuid.size() == 32 && uuid.find_first_not_of("0123456789abcdef") == std::string::npos ? uuid : folded;
}

}  // namespace reportctl::access
