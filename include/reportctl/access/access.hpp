// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::access {

enum class Role { system_admin, owner, admin, depot_admin, manager, viewer };
std::string_view role_name(Role);
std::optional<Role> parse_role(std::string_view);
std::vector<std::string> role_names();

/// How an account's mails look.
struct Brand {
  std::string name;   ///< shown in the shell; empty: the account's name
  std::string color;  ///< `#rrggbb`; empty: the default
  std::string logo;   ///< SHA-256 of a picture that the state keeps; empty: none
  bool operator==(const Brand&) const = default;
};

struct Account {
  std::string id;
  std::string name;
  std::string timezone;  ///< IANA; empty: UTC
  std::string language;  ///< of documents and mails, as `de`; empty: English
  std::string calendar;  ///< name of one; empty: Monday to Friday are workdays
  std::string source;    ///< name of a configured source
  std::string key;       ///< the account's id in that source; empty: the id
  std::set<std::string> features;
  Brand brand;
  std::vector<std::string> allowed_domains;  ///< empty: the configuration's, else any
  bool operator==(const Account&) const = default;
  [[nodiscard]] const std::string& source_key() const { return key.empty() ? id : key; }
  /// As reports and mails call it.
  [[nodiscard]] const std::string& shown_name() const { return !brand.name.empty() ? brand.name : name.empty() ? id : name; }
};

/// What a source may take a key for, which compares it with numbers (07 and +7.0 are 7), UUIDs, padded text or text without case.
/// Two keys with the same folded key may be one to it.
std::string folded_key(std::string_view key);

struct Member {
  std::string id;
  std::string account;  ///< empty only for system_admin
  std::string name;
  std::optional<EmailAddress> email;
  Role role = Role::viewer;
  std::vector<schedule::Scope> sites;  ///< depot_admin, manager, viewer: their sites; empty for viewer: the whole account
  std::string login;                   ///< Unix login, unique when set
  bool operator==(const Member&) const = default;
};

/// Who is acting, as far as the operating system can tell.
struct Actor {
  std::string login;
  std::string as;                   ///< --as; empty: with their own login
  std::string sudo_user;            ///< what the environment claims; empty when it claims nothing
  bool is_operator = false;         ///< root or the state file's owner, where the configuration lets them act as system_admin
  std::vector<Member> memberships;  ///< all members with this login
  [[nodiscard]] bool is_system_admin() const;
  /// `ann`, `root (as ann)` or `root (SUDO_USER: ann)`: what the audit log records. Nobody can write either bracket themselves.
  [[nodiscard]] std::string str() const;
};

/// Letters, digits and `._-@+$\`: no login that could imitate the words around it.
bool is_login(std::string_view);

/// A member acting with this one membership.
Actor actor_of(const Member&);

enum class Action { view, run, manage_schedules, manage_account, administer };

/// May the actor do this in the account, within the scope? `administer` concerns every account (account empty).
bool may(const Actor&, Action, std::string_view account, const schedule::Scope&);
/// As may(), or Error(not_permitted). Never tells whether a thing of another tenant exists.
void require(const Actor&, Action, std::string_view account, const schedule::Scope&);
/// The actor's first membership that alone may do this there; nullptr: none.
const Member* membership_for(const Actor&, Action, std::string_view account, const schedule::Scope&);
/// A whole account, or one of its sites.
struct Reach {
  std::string account;
  std::optional<schedule::Scope> site;
  bool operator==(const Reach&) const = default;
};
/// Everything for which may() says yes, so that lists can be filtered where they are read; nullopt: everything there is. A whole
/// account stands in it once, and without its sites.
std::optional<std::vector<Reach>> reach(const Actor&, Action);
/// The roles with which the actor acts in that account and scope (a system_admin has that role everywhere).
std::set<Role> roles_in(const Actor&, std::string_view account, const schedule::Scope&);

enum class DecidedBy {
  steward,       ///< an owner or admin of the account
  administrator  ///< what the account reaches: its rows, its reports, its recipients
};

/// One field of an account that a person decides, in the words of files; a dot leads into a map.
struct AccountField {
  std::string_view name;
  DecidedBy decided_by;
  schedule::FieldKind kind;
  schedule::FieldText (*text)(const Account&);
  void (*read)(const schedule::FieldText&, Account&);
};
/// In the order in which people see them. The id is not one of them: it never changes.
std::span<const AccountField> account_fields();

}  // namespace reportctl::access
