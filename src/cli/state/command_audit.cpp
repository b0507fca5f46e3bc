// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>
#include <set>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/audit.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {
namespace {

struct AuditListOptions {
  std::optional<std::string> account, name, subject, since;
  int limit = 100;
};

/// The whole log is for operators; who manages an account reads that account's part.
std::optional<std::string> account_to_read(Session& session, const std::optional<std::string>& named) {
  if (session.actor().is_system_admin()) return named;  // an account that is gone has left its events
  auto account = session.account(named).id;
  access::require(session.actor(), access::Action::manage_account, account, {});
  return account;
}

/// The id of a schedule that is named as lists name it; anything else is an id itself.
std::string subject_named(Session& session, const std::string& text, const std::optional<std::string>& account) {
  try {
    return visible_schedule(session.viewer(), text, account, access::Action::view).id;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::conflict) throw;
    return text;
  }
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "–";
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

/// Field by field, objects by their parts: `at: 07:00 → 08:00`.
void add_differences(const std::string& path, const Json& before, const Json& after, std::vector<std::string>& lines) {
  if (before == after) return;
  if (!before.is_object() || !after.is_object()) {
    lines.push_back(fmt::format("{}: {} → {}", path, value_text(before), value_text(after)));
    return;
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : before.items()) keys.insert(key);
  for (const auto& [key, value] : after.items()) keys.insert(key);
  for (const auto& key : keys)
    add_differences(path.empty() ? key : path + "." + key, before.value(key, Json()), after.value(key, Json()), lines);
}

/// What changed, where that was recorded; otherwise what was recorded.
std::string details_of(const std::string& payload) {
  const auto record = json_or_discarded(payload);
  if (!record.is_object() || !record.contains("before") || !record.contains("after")) return payload;
  if (!record["before"].is_object() || !record["after"].is_object()) return payload;
  std::vector<std::string> lines;
  add_differences("", record["before"], record["after"], lines);
  return lines.empty() ? std::string("nothing changed") : join(lines, "; ");
}

int list_audit_records(Session& session, const AuditListOptions& options) {
  store::AuditFilter filter;
  filter.account = account_to_read(session, options.account);
  filter.name = options.name;
  if (options.subject) filter.subject = subject_named(session, *options.subject, options.account);
  if (options.since) filter.since = parse_since(*options.since, session.now());
  filter.limit = options.limit;
  Listing listing;
  listing.columns = {{.key = "sequence", .title = "#", .align = Align::right},
                     {.key = "at", .title = "WHEN", .show = Show::time},
                     {.key = "actor", .title = "WHO", .show = Show::cut},
                     {.key = "name", .title = "WHAT"},
                     {.key = "account", .drop = 1},
                     {.key = "subject", .show = Show::id},
                     {.key = "payload", .title = "DETAILS", .show = Show::long_text}};
  listing.empty = "no such events";
  for (const auto& record : store::list_audit(session.state(), filter)) {
    listing.rows.push_back({{std::to_string(record.sequence)},
                            {format_utc(record.at)},
                            {record.event.actor},
                            {record.event.name},
                            {record.event.account},
                            {record.event.subject},
                            {details_of(record.event.payload)}});
    listing.records.push_back(to_json(record));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int verify(Session& session, const std::string& expected_head) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto verdict = [&] {
    ProgressLine line(session);
    return store::verify_audit(session.state(), to_lower(expected_head), line.rows_left());
  }();
  const Json record = {{"sound", verdict.sound},
                       {"records", verdict.records},
                       {"pruned", verdict.pruned},
                       {"head", verdict.head},
                       {"problem", verdict.problem.empty() ? Json(nullptr) : Json(verdict.problem)}};
  if (verdict.sound) {
    const auto pruned = verdict.pruned > 0 ? fmt::format(" after {} that were pruned", verdict.pruned) : std::string();
    session.out().done(fmt::format("sound: {} records{}, head {}", verdict.records, pruned, verdict.head), record);
    return exit_code::kDone;
  }
  if (session.out().format() == Format::json) session.out().sheet({.lines = {}, .record = record});
  session.out().flush();
  throw Error(ErrorKind::state, fmt::format("the audit log is not what was written: {}", verdict.problem),
              "keep a copy of the state file, and compare it with a backup: reportctl state backup FILE");
}

}  // namespace

void bind_audit(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "audit",
                                     .summary = {},
                                     .examples = "reportctl audit list --since 7d\n"
                                                 "reportctl audit verify"});
  const auto options = std::make_shared<AuditListOptions>();
  auto& list_verb =
      add_verb(command, {.name = "list",
                         .summary = "who did what, newest first",
                         .examples = "reportctl audit list --subject shop/spend      # who changed it, field by field\n"
                                     "reportctl audit list --event ScheduledReportConfigured --since 30d\n"
                                     "reportctl audit list --account acme --json | jq '.[] | {at, actor, name}'"});
  add_account_option(list_verb, options->account);
  add_text_option(list_verb, options->name, "--event", "NAME", "only events of this name, e.g. ScheduledRunRejected");
  add_text_option(list_verb, options->subject, "--subject", "ID",
                  "only those about this schedule (by name or id), run or member");
  add_text_option(list_verb, options->since, "--since", "TIME", "an instant, a day, or how long ago: 12h, 7d");
  add_limit_option(list_verb, options->limit);
  when_chosen(list_verb, session, [&session, options] { return list_audit_records(session, *options); });

  const auto head = std::make_shared<std::string>();
  auto& verify_verb =
      add_verb(command, {.name = "verify",
                         .summary = "walk the whole chain of hashes; exit code 12 when a record was changed or is missing",
                         .examples = "reportctl audit verify\n"
                                     "reportctl audit verify --expect-head \"$(cat /safe/place/head)\""});
  verify_verb.add_option("--expect-head", *head, "a head that was noted before must be on the way")->type_name("HASH");
  when_chosen(verify_verb, session, [&session, head] { return verify(session, *head); });
}

}  // namespace reportctl::cli
