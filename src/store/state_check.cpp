// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/state_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "connection.hpp"
#include "delivery_row.hpp"
#include "reportctl/base/address.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/exports.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/store/webhooks.hpp"
#include "run_row.hpp"

namespace reportctl::store {

namespace {

constexpr std::size_t kMostUnreadable = 100;
const Sight kAll;

void require_zone(const std::string& timezone) {
  if (!timezone.empty() && !Zone::find(timezone))
    throw Error(ErrorKind::state, fmt::format("the time zone \"{}\" is not known", visible(timezone)));
}

/// Counts for whoever looks on.
class Looked {
 public:
  Looked(State& state, const RowsDone& told) : state_(state), told_(told) {}
  /// The rows of a statement are still to come.
  void expect(const char* sql) {
    if (!told_) return;
    if (Query query(state_.connection(), fmt::format(R"sql(SELECT count(*) FROM ({}))sql", sql)); query.next())
      of_ += query.integer();
  }
  void add() {
    ++done_;
    if (told_) told_(std::min(done_, of_), of_);
  }

 private:
  State& state_;
  const RowsDone& told_;
  std::int64_t of_ = 0;
  std::int64_t done_ = 0;
};

/// A kind of row, and how the program reads one. `read_all`, where there can be many: reads all in one pass, and throws at the
/// first that cannot be read.
struct Readable {
  const char* what;
  const char* ids;
  void (*read)(State&, const std::string& id);
  void (*read_all)(State&, Looked&) = nullptr;
};

void read_runs(State& state, Looked& looked) {
  {
    Query runs(state.connection(), select_run());
    for (; runs.next(); looked.add()) read_run(runs);
  }
  read_deliveries(state.connection());
}

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
             },
             read_runs},
    Readable{"export", R"sql(SELECT x.id FROM exports x)sql",
             [](State& state, const std::string& id) { find_export(state, id); }},
    Readable{"notification", R"sql(SELECT x.id FROM notifications x)sql",
             [](State& state, const std::string& id) { get_notification(state, id, kAll, std::nullopt); }},
    Readable{"webhook", R"sql(SELECT x.id FROM webhooks x)sql",
             [](State& state, const std::string& id) { get_webhook(state, id, kAll, std::nullopt); }},
};

bool is_json(const std::string& text) { return !json_or_discarded(text).is_discarded(); }
bool is_zone(const std::string& text) { return Zone::find(text).has_value(); }
bool is_date(const std::string& text) { return parse_date(text).has_value(); }
bool is_edge(const std::string& text) { return read_edge(text).has_value(); }
bool is_instant(const std::string& text) { return parse_instant(text).has_value(); }
bool is_mailbox(const std::string& text) { return Mailbox::parse(text).has_value(); }
bool is_scope(const std::string& text) { return schedule::Scope::parse(text).has_value(); }

/// Texts whose form their reader decides and forgives; an empty one is none. (Names of states and the like are checked by the
/// tables themselves, as part of their structure.)
struct Text {
  const char* what;
  const char* values;  ///< id and text
  bool (*is_good)(const std::string&);
  const char* form;
};

constexpr std::array kTexts{
    Text{"run", R"sql(SELECT x.id, x.first_day FROM runs x)sql", is_edge, "a date"},
    Text{"run", R"sql(SELECT x.id, x.last_day FROM runs x)sql", is_edge, "a date"},
    Text{"run", R"sql(SELECT x.id, x.timezone FROM runs x)sql", is_zone, "a known time zone"},
    Text{"run", R"sql(SELECT x.id, x.violations FROM runs x)sql", is_json, "JSON"},
    Text{"run", R"sql(SELECT x.id, ifnull(x.definition, '') FROM runs x)sql", is_json, "JSON"},
    Text{"mail of run", R"sql(SELECT x.run, x.facts FROM run_mails x)sql", is_json, "JSON"},
    Text{"delivery", R"sql(SELECT x.id, x.recipient FROM deliveries x WHERE x.destination = '')sql", is_mailbox, "an address"},
    Text{"export", R"sql(SELECT x.id, x.first_day FROM exports x)sql", is_date, "a date"},
    Text{"export", R"sql(SELECT x.id, x.last_day FROM exports x)sql", is_date, "a date"},
    Text{"export", R"sql(SELECT x.id, x.timezone FROM exports x)sql", is_zone, "a known time zone"},
    Text{"export", R"sql(SELECT x.id, x.scope FROM exports x)sql", is_scope, "a scope"},
    Text{"export", R"sql(SELECT x.id, x.request FROM exports x)sql", is_json, "JSON"},
    Text{"export", R"sql(SELECT x.id, x.violations FROM exports x)sql", is_json, "JSON"},
    Text{"notification", R"sql(SELECT x.id, x.mail FROM notifications x)sql", is_json, "JSON"},
    Text{"delivery to a webhook", R"sql(SELECT x.id, x.body FROM webhook_deliveries x)sql", is_json, "JSON"},
    Text{"record of the audit log", R"sql(SELECT x.sequence, x.payload FROM audit x)sql", is_json, "JSON"},
    Text{"fact", R"sql(SELECT x.name, x.value FROM facts x WHERE x.name LIKE '%_at')sql", is_instant, "a time"},
};

/// What SQL itself can tell.
struct Wrong {
  const char* what;
  const char* ids;
  const char* problem;
};

constexpr std::array kWrong{
    Wrong{"webhook",
          R"sql(SELECT x.id FROM webhooks x JOIN json_each(iif(json_valid(x.events), x.events, '[]')) WHERE value NOT IN
      ('run', 'export'))sql",
          "it waits for an event that there is not"},
    Wrong{"account", R"sql(SELECT x.id FROM accounts x WHERE x.brand_color <> '' AND x.brand_color NOT GLOB
      '#[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]')sql",
          "its color is not of the form #1a2b3c"},
    Wrong{"account",
          R"sql(SELECT x.id FROM accounts x WHERE x.brand_logo <> '' AND x.brand_logo NOT IN (SELECT sha256 FROM images))sql",
          "its logo is not there"},
};

/// `9999-12-31T23:59:59Z`
constexpr std::int64_t kLastSecond = 253402300799;

/// The columns that hold times, with the column that names a row: `id`, or what its key begins with.
constexpr const char* kTimes = R"sql(
  SELECT t.name, c.name, (SELECT k.name FROM pragma_table_info(t.name) k ORDER BY k.name <> 'id', k.pk <> 1) FROM sqlite_schema t JOIN pragma_table_info(t.name) c
  WHERE t.type = 'table' AND t.name <> 'audit_cut' AND c.type = 'INTEGER' AND
  (c.name LIKE '%\_at' ESCAPE '\' OR c.name LIKE '%\_until' ESCAPE '\' OR c.name LIKE '%\_slot' ESCAPE '\' OR
  c.name IN ('at', 'slot', 'message_date', 'raised_since')))sql";

std::vector<std::string> ids_of(Connection& connection, std::string sql) {
  Query query(connection, std::move(sql));
  std::vector<std::string> ids;
  while (query.next()) ids.push_back(query.text());
  return ids;
}

class Problems {
 public:
  [[nodiscard]] bool full() const { return found_.size() >= kMostUnreadable; }
  void add(std::string_view what, std::string_view id, std::string_view problem) {
    if (!full()) found_.push_back(fmt::format("{} {}: {}", what, visible(id), problem));
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

/// What reading says is wrong; empty: nothing.
template <typename Read>
std::string complaint_of(Read read) {
  try {
    read();
    return {};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::busy || error.kind() == ErrorKind::interrupted) throw;
    return error.what();
  }
}

void check_rows(State& state, Problems& problems, Looked& looked) {
  for (const auto& readable : kReadable) {
    if (readable.read_all != nullptr && complaint_of([&] { readable.read_all(state, looked); }).empty()) continue;
    for (const std::string& id : ids_of(state.connection(), readable.ids)) {
      if (problems.full()) return;
      const std::string complaint = complaint_of([&] { readable.read(state, id); });
      if (!complaint.empty()) problems.add(readable.what, id, complaint);
    }
  }
}

void check_texts(Connection& connection, Problems& problems, Looked& looked) {
  for (const auto& text : kTexts) {
    Query query(connection, text.values);
    std::string good;  // the same stands in row after row
    for (; !problems.full() && query.next(); looked.add()) {
      const std::string id = query.text();
      std::string value = query.text();
      if (value.empty() || value == good) continue;
      if (text.is_good(value))
        good = std::move(value);
      else
        problems.add(text.what, id, fmt::format("{} was expected instead of \"{:.40}\"", text.form, visible(value)));
    }
  }
}

void check_times(Connection& connection, Problems& problems) {
  struct Place {
    std::string table, column, key;
  };
  std::vector<Place> places;
  {
    Query query(connection, kTimes);
    while (query.next()) {
      Place place;
      place.table = query.text(), place.column = query.text(), place.key = query.text();
      places.push_back(std::move(place));
    }
  }
  for (const auto& place : places) {
    for (const auto& id : ids_of(connection, fmt::format(R"sql(SELECT x.{} FROM {} x WHERE x.{} NOT BETWEEN 0 AND {})sql",
                                                         place.key, place.table, place.column, kLastSecond)))
      problems.add(place.table, id, fmt::format("{} is no time of the years 1970 to 9999", place.column));
  }
}

}  // namespace

std::vector<std::string> unreadable_rows(State& state, const RowsDone& told) {
  Problems problems;
  Looked looked(state, told);
  for (const auto& readable : kReadable)
    if (readable.read_all != nullptr) looked.expect(readable.ids);
  for (const auto& text : kTexts) looked.expect(text.values);
  check_rows(state, problems, looked);
  check_texts(state.connection(), problems, looked);
  for (const auto& wrong : kWrong) {
    for (const auto& id : ids_of(state.connection(), wrong.ids)) problems.add(wrong.what, id, wrong.problem);
  }
  check_times(state.connection(), problems);
  return problems.take();
}

std::vector<KeptFile> kept_files(State& state) {
  std::vector<KeptFile> files;
  Query query(state.connection(), R"sql(
    SELECT 'run ' || id, artifact_sha256 FROM runs
    WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL AND finished_at IS NOT NULL
    UNION ALL SELECT 'run ' || r.id, f.sha256 FROM run_files f CROSS JOIN runs r ON r.number = f.run
    WHERE r.file_pruned_at IS NULL AND r.finished_at IS NOT NULL
    UNION ALL SELECT 'export ' || id, artifact_sha256 FROM exports WHERE artifact_sha256 <> '' AND file_pruned_at IS NULL)sql");
  while (query.next()) {
    auto whose = query.text();
    files.push_back({.whose = std::move(whose), .sha256 = query.text()});
  }
  return files;
}

}  // namespace reportctl::store
