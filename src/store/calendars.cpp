// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/calendars.hpp"

#include <fmt/format.h>

#include "calendar_row.hpp"
#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

std::vector<Calendar> read_calendars(Query& query) {
  std::vector<Calendar> calendars;
  while (query.next()) {
    Calendar calendar{.name = query.text(), .text = query.text(), .updated_at = {}};
    calendar.updated_at = query.instant();
    calendars.push_back(std::move(calendar));
  }
  return calendars;
}

}  // namespace

std::vector<Calendar> list_calendars(State& state) {
  Query query(state.connection(), R"sql(SELECT name, text, updated_at FROM calendars ORDER BY name)sql");
  return read_calendars(query);
}

std::optional<Calendar> find_calendar(State& state, std::string_view name) {
  Query query(state.connection(), R"sql(SELECT name, text, updated_at FROM calendars WHERE name = ?)sql");
  auto found = read_calendars(query.bind(name));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

schedule::CalendarInUse calendar_in_use(std::string_view text) {
  std::vector<schedule::WorkCalendar::Problem> ignored;
  return {std::make_shared<const schedule::WorkCalendar>(schedule::WorkCalendar::parse(text, ignored))};
}

schedule::CalendarInUse calendar_of(Connection& connection, const schedule::Definition& definition) {
  Query query(connection, R"sql(
    SELECT text FROM calendars WHERE name = ifnull(nullif(?, ''), (SELECT calendar FROM accounts WHERE id = ?)))sql");
  if (!query.bind(definition.calendar, definition.account).next()) return {};
  return calendar_in_use(query.text());
}

void put_calendar(Connection& connection, const Calendar& calendar, Instant now) {
  Query(connection, R"sql(
    INSERT INTO calendars (name, text, updated_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at)sql")
      .bind(calendar.name, calendar.text, now)
      .run();
}

void delete_calendar(Connection& connection, std::string_view name) {
  if (Query(connection, R"sql(DELETE FROM calendars WHERE name = ?)sql").bind(name).run() == 1) return;
  throw Error(ErrorKind::not_found, fmt::format("calendar \"{}\" does not exist", visible(name)),
              "`reportctl calendar list` shows them");
}

}  // namespace reportctl::store
