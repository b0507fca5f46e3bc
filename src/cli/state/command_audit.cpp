// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/audit.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

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

int list_audit_records(Session& session, const AuditListOptions& options) {
  store::AuditFilter filter;
  filter.account = account_to_read(session, options.account);
  filter.name = options.name;
  filter.subject = options.subject;
  if (options.since) filter.since = parse_since(*options.since, session.now());
  filter.limit = options.limit;
  Listing listing;
  listing.columns = {
      {"sequence", "#", Align::right},          {"at", "WHEN"}, {"actor", "WHO"}, {"name", "WHAT"}, {"account"}, {"subject"},
      {"payload", "DETAILS", Align::left, true}};
  listing.empty = "no such events";
  for (const auto& record : store::list_audit(session.state(), filter)) {
    listing.rows.push_back({{std::to_string(record.sequence)},
                            {format_utc(record.at)},
                            {record.event.actor},
                            {record.event.name},
                            {record.event.account},
                            {record.event.subject},
                            {record.event.payload}});
    listing.records.push_back(to_json(record));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int verify(Session& session, const std::string& expected_head) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto verdict = store::verify_audit(session.state(), to_lower(expected_head));
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
  auto& list_verb = add_verb(command, {.name = "list",
                                       .summary = "who did what, newest first",
                                       .examples = "reportctl audit list --event ScheduledReportConfigured --since 30d\n"
                                                   "reportctl audit list --account acme --json | jq '.[] | {at, actor, name}'"});
  add_account_option(list_verb, options->account);
  add_text_option(list_verb, options->name, "--event", "NAME", "only events of this name, e.g. ScheduledRunRejected");
  add_text_option(list_verb, options->subject, "--subject", "ID", "only those about this schedule, run or member");
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
