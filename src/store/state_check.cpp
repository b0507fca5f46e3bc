// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/state_check.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/exports.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::store {

namespace {

constexpr std::size_t kMostUnreadable = 100;
const Sight kAll;

void require_zone(const std::string& timezone) {
  if (!timezone.empty() && !Zone::find(timezone))
    throw Error(ErrorKind::state, fmt::format("the time zone \"{}\" is not known", visible(timezone)));
}

void require_json(State& state, const char* sql, const std::string& id) {
  Query query(state.connection(), sql);
  if (query.bind(id).next() && !nlohmann::json::accept(query.text())) throw Error(ErrorKind::state, "it is not JSON");
}

/// A kind of row, and how the program reads one.
struct Readable {
  const char* what;
  const char* ids;
  void (*read)(State&, const std::string& id);
};

constexpr std::array kReadable{
    Readable{
        "account", R"sql(SELECT x.id FROM accounts x)sql",
        [](State& state, const std::string& id) { require_zone(find_account(state, id).value_or(access::Account{}).timezone); }},
    Readable{"member", R"sql(SELECT x.id FROM members x)sql",
             [](State& state, const std::string& id) { find_member(state, id); }},
    Readable{"schedule", R"sql(SELECT x.id FROM schedules x)sql",
             [](State& state, const std::string& id) {
               require_zone(find_schedule(state, id).value_or(schedule::Schedule{}).definition.timezone);
             }},
    Readable{"run", R"sql(SELECT x.id FROM runs x)sql",
             [](State& state, const std::string& id) {
               get_run(state, id, kAll);
               list_deliveries(state, id);
             }},
    Readable{"what a mail is composed from, of run", R"sql(SELECT r.id FROM runs r JOIN run_mails m ON m.run = r.number)sql",
             [](State& state, const std::string& id) {
               require_json(state, R"sql(SELECT facts FROM run_mails WHERE run = (SELECT number FROM runs WHERE id = ?))sql", id);
             }},
    Readable{"export", R"sql(SELECT x.id FROM exports x)sql",
             [](State& state, const std::string& id) { find_export(state, id); }},
    Readable{"notification", R"sql(SELECT x.id FROM notifications x)sql",
             [](State& state, const std::string& id) { get_notification(state, id, kAll, std::nullopt); }},
    Readable{"webhook", R"sql(SELECT x.id FROM webhooks x)sql",
             [](State& state, const std::string& id) { get_webhook(state, id, kAll, std::nullopt); }},
    Readable{"delivery to a webhook", R"sql(SELECT x.id FROM webhook_deliveries x)sql",
             [](State& state, const std::string& id) {
               require_json(state, R"sql(SELECT body FROM webhook_deliveries WHERE id = ?)sql", id);
             }},
    Readable{"record of the audit log", R"sql(SELECT x.sequence FROM audit x)sql",
             [](State& state, const std::string& id) {
               require_json(state, R"sql(SELECT payload FROM audit WHERE sequence = CAST(? AS INTEGER))sql", id);
             }},
};

}  // namespace

std::vector<std::string> unreadable_rows(State& state) {
  std::vector<std::string> problems;
  for (const auto& readable : kReadable) {
    std::vector<std::string> ids;
    {
      Query query(state.connection(), readable.ids);
      while (query.next()) ids.push_back(query.text());
    }
    for (const std::string& id : ids) {
      if (problems.size() >= kMostUnreadable) return problems;
      try {
        readable.read(state, id);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::busy || error.kind() == ErrorKind::interrupted) throw;
        problems.push_back(fmt::format("{} {}: {}", readable.what, visible(id), error.what()));
      }
    }
  }
  return problems;
}

std::vector<KeptFile> kept_files(State& state) {
  std::vector<KeptFile> files;
  Query query(state.connection(), R"sql(
    SELECT 'run ' || id, artifact_sha256 FROM runs
    WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL AND finished_at IS NOT NULL
    UNION ALL SELECT 'export ' || id, artifact_sha256 FROM exports WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL)sql");
  while (query.next()) {
    auto whose = query.text();
    files.push_back({.whose = std::move(whose), .sha256 = query.text()});
  }
  return files;
}

}  // namespace reportctl::store
