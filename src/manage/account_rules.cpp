// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/account_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/domains.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/language.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl::manage {

namespace {

constexpr std::string_view kIdLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

bool is_color(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

bool is_owner(const access::Member* member) { return member != nullptr && member->role == access::Role::owner; }
bool is_system(const access::Member* member) {
  return member != nullptr && (member->role == access::Role::system_admin || member->account.empty());
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(kIdLetters) == std::string_view::npos &&
         text.front() != '-' && text.front() != '.';
}

std::vector<std::string> account_problems(const access::Account& account, const AccountSurroundings& around) {
  const auto& [settings, calendars, others] = around;
  std::vector<std::string> problems;
  for (const access::Account& other : others) {
    const bool folds = other.id != account.id && other.source == account.source && other.source_key() != account.source_key() &&
                       access::folded_key(other.source_key()) == access::folded_key(account.source_key());
    if (folds)
      problems.push_back(fmt::format(
          "id: to a source whose ids are numbers, or that ignores case, \"{}\" is \"{}\", the id of account {}: each would "
          "read the rows of the other; give one of them another id or key, or remove it",
          visible(account.source_key()), visible(other.source_key()), other.id));
    const auto source = settings.sources.find(account.source);
    const bool taken = other.id != account.id && other.source == account.source && source != settings.sources.end() &&
                       source->second.single_tenant;
    if (taken) problems.push_back(fmt::format("source: {} belongs to account {} (tenant: single)", account.source, other.id));
  }
  if (!is_id(account.id))
    problems.push_back(fmt::format("\"{}\" is not an account id: letters, digits, . _ and -, at most 64", account.id));
  if (trim(account.name).empty() || has_control(account.name))
    problems.emplace_back("name: a name without control characters is needed");
  if (!account.timezone.empty() && !Zone::find(account.timezone))
    problems.push_back(fmt::format("timezone: \"{}\" is not a time zone such as Europe/Berlin", account.timezone));
  if (const auto codes = Language::codes(); !account.language.empty() && !Language::find(account.language))
    problems.push_back(fmt::format("language: \"{}\" is not one of {}", account.language, join(codes, ", ")));
  if (!account.calendar.empty() && !calendars.contains(account.calendar))
    problems.push_back(fmt::format("calendar: {}", no_such_calendar(account.calendar, calendars)));
  std::vector<std::string> sources;
  for (const auto& [name, source] : settings.sources) sources.push_back(name);
  if (!settings.sources.contains(account.source)) {
    const std::string known =
        sources.empty() ? "none is configured yet: add it under sources: in reportctl.yaml" : "there are: " + join(sources, ", ");
    problems.push_back(account.source.empty() ? fmt::format("source: a source is needed; {}", known)
                                              : fmt::format("source: no source named \"{}\"{}; {}", account.source,
                                                            did_you_mean(account.source, sources), known));
  }
  for (const std::string& feature : account.features)
    if (!is_id(feature)) problems.push_back(fmt::format("features: \"{}\" is not the name of a feature", feature));
  if (!account.brand.color.empty() && !is_color(account.brand.color))
    problems.push_back(fmt::format("brand color: \"{}\" is not of the form #1a2b3c", account.brand.color));
  if (has_control(account.brand.name)) problems.emplace_back("brand name: without control characters, please");
  for (const std::string& domain : account.allowed_domains)
    if (!EmailAddress::parse("postmaster@" + domain))
      problems.push_back(fmt::format("allowed domains: \"{}\" is not a domain", domain));
  return problems;
}

std::vector<std::string> member_problems(const access::Member& member) {
  using access::Role;
  std::vector<std::string> problems;
  if (trim(member.name).empty() || has_control(member.name))
    problems.emplace_back("name: a name without control characters is needed");
  if (member.email && may_be_routed_on(*member.email))
    problems.emplace_back("email: without % and ! before the @, please: a mail server may pass it on to another domain");
  if (!member.login.empty() && !access::is_login(member.login))
    problems.push_back(fmt::format("login: \"{}\" is not a Unix login", member.login));
  if (member.account.empty() && member.role != Role::system_admin)
    problems.emplace_back("account: only a system_admin belongs to none");
  const bool needs_sites = member.role == Role::depot_admin || member.role == Role::manager;
  if (needs_sites && member.sites.empty())
    problems.push_back(fmt::format("sites: a {} needs at least one, such as depot:north", access::role_name(member.role)));
  if (!needs_sites && member.role != Role::viewer && !member.sites.empty())
    problems.push_back(fmt::format("sites: a {} reaches the whole account; leave them out", access::role_name(member.role)));
  for (const schedule::Scope& site : member.sites)
    if (site.kind == schedule::ScopeKind::account)
      problems.emplace_back("sites: \"account\" is not a site; write depot:ID or workspace:ID");
  return problems;
}

void refuse_problems(const std::string& what, const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  if (problems.size() == 1) throw Error(ErrorKind::invalid, fmt::format("{}: {}", what, problems.front()));
  throw Error(ErrorKind::invalid, fmt::format("{}: {} problems\n{}", what, problems.size(), join(problems, "\n")));
}

void require_account_change(const access::Actor& actor, access::Account before, access::Account after) {
  access::require(actor, access::Action::manage_account, before.id, {});
  before.key = before.source_key();  // an empty one is the id
  after.key = after.source_key();
  for (const auto& field : access::account_fields())
    if (field.decided_by == access::DecidedBy::administrator && field.text(before) != field.text(after))
      access::require(actor, access::Action::administer, "", {});
}

void require_member_change(const access::Actor& actor, const access::Member* before, const access::Member* after) {
  if (is_system(before) || is_system(after)) return access::require(actor, access::Action::administer, "", {});
  for (const access::Member* member : {before, after})
    if (member != nullptr) access::require(actor, access::Action::manage_account, member->account, {});
  if (!is_owner(before) && !is_owner(after)) return;
  const std::string& account = before != nullptr ? before->account : after->account;
  const auto roles = access::roles_in(actor, account, {});
  if (!roles.contains(access::Role::owner) && !roles.contains(access::Role::system_admin))
    throw Error(ErrorKind::not_permitted, fmt::format("{} may not make or unmake an owner", actor.str()),
                "ask an owner of the account, or a system_admin");
}

}  // namespace reportctl::manage
