// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/accounts.hpp"

#include <fmt/format.h>

#include <utility>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

constexpr const char* kAccounts =
    R"sql(
      SELECT id, name, timezone, source, source_key, features, brand_name, brand_color, brand_logo, allowed_domains,
      language, calendar FROM accounts)sql";
constexpr const char* kMembers =
    R"sql(SELECT id, ifnull(account, ''), name, email, role, sites, ifnull(login, '') FROM members)sql";

access::Account read_account(Query& query) {
  access::Account account;
  account.id = query.text();
  account.name = query.text();
  account.timezone = query.text();
  account.source = query.text();
  account.key = query.text();
  for (auto& feature : read_texts(query.text())) account.features.insert(std::move(feature));
  account.brand.name = query.text();
  account.brand.color = query.text();
  account.brand.logo = query.text();
  account.allowed_domains = read_texts(query.text());
  account.language = query.text();
  account.calendar = query.text();
  return account;
}

access::Member read_member(Query& query) {
  access::Member member;
  member.id = query.text();
  member.account = query.text();
  member.name = query.text();
  if (const auto email = query.optional_text()) member.email = EmailAddress::parse(*email);
  member.role = access::parse_role(query.text()).value_or(access::Role::viewer);
  member.sites = read_scopes(query.text());
  member.login = query.text();
  return member;
}

std::vector<access::Member> read_members(Query& query) {
  std::vector<access::Member> members;
  while (query.next()) members.push_back(read_member(query));
  return members;
}

std::optional<std::string> email_of(const access::Member& member) {
  return member.email ? std::optional<std::string>(member.email->normalized()) : std::nullopt;
}

Error not_found(std::string_view what, std::string_view id, std::string hint) {
  return {ErrorKind::not_found, fmt::format("{} \"{}\" does not exist", what, visible(id)), std::move(hint)};
}

bool account_exists(Connection& connection, std::string_view id) {
  return Query(connection, R"sql(SELECT 1 FROM accounts WHERE id = ?)sql").bind(id).next();
}

/// A member's account exists, and its login and e-mail are not another member's there.
void require_free_identity(Connection& connection, const access::Member& member) {
  require_account_here(connection, member.account);
  if (!member.account.empty() && !account_exists(connection, member.account)) {
    throw not_found("account", member.account, "`reportctl account list` shows them");
  }
  const auto clash = [&](const char* column, const std::optional<std::string>& value) {
    if (!value) return;
    Query query(connection,
                fmt::format(R"sql(SELECT name FROM members WHERE {} = ? AND ifnull(account, '') = ? AND id <> ?)sql", column));
    if (!query.bind(*value, member.account, member.id).next()) return;
    throw Error(ErrorKind::conflict,
                fmt::format("account \"{}\": member \"{}\" has the {} {} already", visible(member.account), visible(query.text()),
                            column, visible(*value)),
                "edit that member instead");
  };
  clash("login", null_if_empty(member.login));
  clash("email", email_of(member));
}

}  // namespace

void insert_account(Connection& connection, const access::Account& account) {
  if (account_exists(connection, account.id)) {
    throw Error(ErrorKind::conflict, fmt::format("account \"{}\" exists already", visible(account.id)),
                fmt::format("`reportctl account edit {}` changes it", visible(account.id)));
  }
  Query(connection,
        R"sql(
          INSERT INTO accounts (id, name, timezone, source, source_key, features, brand_name, brand_color, brand_logo,
          allowed_domains, language, calendar) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql")
      .bind(account.id, account.name, account.timezone, account.source, account.key,
            texts_json({account.features.begin(), account.features.end()}), account.brand.name, account.brand.color,
            account.brand.logo, texts_json(account.allowed_domains), account.language, account.calendar)
      .run();
}

void update_account(Connection& connection, const access::Account& account) {
  require_account_here(connection, account.id);
  const auto changed =
      Query(connection,
            R"sql(
                               UPDATE accounts SET name = ?, timezone = ?, source = ?, source_key = ?, features = ?,
                               brand_name = ?, brand_color = ?, brand_logo = ?, allowed_domains = ?, language = ?, calendar = ?
                               WHERE id = ?)sql")
          .bind(account.name, account.timezone, account.source, account.key,
                texts_json({account.features.begin(), account.features.end()}), account.brand.name, account.brand.color,
                account.brand.logo, texts_json(account.allowed_domains), account.language, account.calendar, account.id)
          .run();
  if (changed != 1) throw not_found("account", account.id, "`reportctl account list` shows them");
}

void insert_member(Connection& connection, const access::Member& member) {
  require_free_identity(connection, member);
  Query(connection, R"sql(INSERT INTO members (id, account, name, email, role, sites, login) VALUES (?, ?, ?, ?, ?, ?, ?))sql")
      .bind(member.id, null_if_empty(member.account), member.name, email_of(member), access::role_name(member.role),
            scopes_json(member.sites), null_if_empty(member.login))
      .run();
}

void update_member(Connection& connection, const access::Member& member) {
  require_free_identity(connection, member);
  const auto changed =
      Query(connection,
            R"sql(UPDATE members SET account = ?, name = ?, email = ?, role = ?, sites = ?, login = ? WHERE id = ?)sql")
          .bind(null_if_empty(member.account), member.name, email_of(member), access::role_name(member.role),
                scopes_json(member.sites), null_if_empty(member.login), member.id)
          .run();
  if (changed != 1) throw not_found("member", member.id, "`reportctl member list` shows them");
}

void delete_member(Connection& connection, std::string_view id) {
  if (Query(connection, R"sql(DELETE FROM members WHERE id = ?)sql").bind(id).run() != 1) {
    throw not_found("member", id, "`reportctl member list` shows them");
  }
}

void delete_account(Connection& connection, std::string_view id) {
  for (const char* const table : {"schedules", "runs", "exports", "run_totals", "told_once"})
    Query(connection, fmt::format(R"sql(DELETE FROM {} WHERE account = ?)sql", table)).bind(id).run();
  Query(connection, R"sql(DELETE FROM facts WHERE name = 'moved:' || ?)sql").bind(id).run();
  if (Query(connection, R"sql(DELETE FROM accounts WHERE id = ?)sql").bind(id).run() != 1)
    throw not_found("account", id, "`reportctl account list` shows them");
}

void add_account(State& state, const access::Account& account, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  insert_account(state.connection(), account);
  append_events(state.connection(), events, now);
  transaction.commit();
}

void remove_account(State& state, std::string_view id, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  Query schedules(connection, R"sql(SELECT count(*) FROM schedules WHERE account = ?)sql");
  if (schedules.bind(id).next()) {
    if (const auto count = schedules.integer(); count > 0) {
      throw Error(ErrorKind::conflict, fmt::format("account \"{}\" has {} schedule{}", visible(id), count, count == 1 ? "" : "s"),
                  fmt::format("remove them first: `reportctl schedule list --account {}`", visible(id)));
    }
  }
  delete_account(connection, id);
  append_events(connection, events, now);
  transaction.commit();
}

std::optional<access::Account> find_account(State& state, std::string_view id) {
  Query query(state.connection(), fmt::format("{} WHERE id = ?", kAccounts));
  if (!query.bind(id).next()) return std::nullopt;
  return read_account(query);
}

std::vector<access::Account> list_accounts(State& state) {
  Query query(state.connection(), fmt::format("{} ORDER BY id", kAccounts));
  std::vector<access::Account> accounts;
  while (query.next()) accounts.push_back(read_account(query));
  return accounts;
}

void add_member(State& state, const access::Member& member, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  insert_member(state.connection(), member);
  append_events(state.connection(), events, now);
  transaction.commit();
}

void edit_member(State& state, const access::Member& member, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  update_member(state.connection(), member);
  append_events(state.connection(), events, now);
  transaction.commit();
}

void remove_member(State& state, std::string_view id, const AuditEvents& events, Instant now) {
  WriteTransaction transaction(state.connection());
  delete_member(state.connection(), id);
  append_events(state.connection(), events, now);
  transaction.commit();
}

std::optional<access::Member> find_member(State& state, std::string_view id) {
  Query query(state.connection(), fmt::format("{} WHERE id = ?", kMembers));
  if (!query.bind(id).next()) return std::nullopt;
  return read_member(query);
}

std::vector<access::Member> list_members(State& state, std::string_view account) {
  Query query(state.connection(),
              fmt::format("{}{} ORDER BY ifnull(account, ''), number", kMembers, account.empty() ? "" : " WHERE account = ?"));
  if (!account.empty()) query.bind(account);
  return read_members(query);
}

std::vector<access::Member> members_with_login(State& state, std::string_view login) {
  Query query(state.connection(), fmt::format("{} WHERE login = ? ORDER BY number", kMembers));
  return read_members(query.bind(login));
}

bool any_login(State& state) {
  return Query(state.connection(), R"sql(SELECT 1 FROM members WHERE login IS NOT NULL LIMIT 1)sql").next();
}

std::vector<access::Member> stewards(State& state, std::string_view account) {
  Query query(state.connection(),
              fmt::format("{} WHERE account = ? AND role IN ('owner', 'admin') AND email IS NOT NULL ORDER BY number", kMembers));
  return read_members(query.bind(account));
}

}  // namespace reportctl::store
