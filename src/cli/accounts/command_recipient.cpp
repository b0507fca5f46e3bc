// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/store/suppressions.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

using access::Action;

struct RecipientOptions {
  std::string address;
  std::optional<std::string> account;
  bool everywhere = false;
  bool yes = false;
};

store::AuditEvent event_of(Session& session, const char* name, const std::string& account, const Json& payload) {
  return {.name = name, .account = account, .subject = {}, .actor = session.actor().str(), .payload = json_text(payload)};
}

bool is_to(const Mailbox& to, const std::string& address) { return to_lower(to.address.normalized()) == to_lower(address); }

/// Schedules that the actor may change and that go to the address.
std::vector<schedule::Schedule> schedules_to(Session& session, const std::string& address,
                                             const std::optional<std::string>& account) {
  auto found = visible_schedules(session.viewer(), {.account = account, .report = {}, .active = {}});
  std::erase_if(found, [&](const schedule::Schedule& schedule) {
    const auto& definition = schedule.definition;
    return !access::may(session.actor(), Action::manage_schedules, definition.account, definition.scope) ||
           std::ranges::none_of(all_recipients(definition).mailboxes, [&](const Mailbox& to) { return is_to(to, address); });
  });
  return found;
}

void remove_recipient(schedule::Definition& definition, const std::string& address) {
  std::erase_if(definition.recipients.mailboxes, [&](const Mailbox& to) { return is_to(to, address); });
  for (auto& [key, row] : definition.parts.rows)
    std::erase_if(row.to, [&](const std::string& text) {
      const auto to = Mailbox::parse(text);
      return to && is_to(*to, address);
    });
}

/// What becomes of the schedules: one that would go to nobody is paused and keeps its recipient.
struct Removal {
  store::ScheduleChanges changes;
  store::AuditEvents events;
  std::vector<std::string> changed, paused;
};

Removal removal_of(Session& session, const std::string& address, std::vector<schedule::Schedule> schedules) {
  Removal removal;
  for (auto& schedule : schedules) {
    const auto account = account_of(session.viewer(), schedule);
    const auto before = to_json(schedule, account.timezone);
    const auto name = fmt::format("{}/{}", schedule.definition.account, schedule.definition.name);
    const auto all = all_recipients(schedule.definition);
    const bool others =
        !all.places.empty() || std::ranges::any_of(all.mailboxes, [&](const Mailbox& to) { return !is_to(to, address); });
    if (others) {
      remove_recipient(schedule.definition, address);
      removal.changed.push_back(name);
      removal.events.push_back(manage::configured_event(session.editor(), schedule, before, to_json(schedule, account.timezone)));
    } else {
      removal.paused.push_back(name);
      if (!schedule.definition.active) continue;
      schedule.definition.active = false;
      for (auto& event : manage::audit_of(
               session.actor(), {"SchedulePaused", account.id, schedule.id, before, to_json(schedule, account.timezone)}))
        removal.events.push_back(std::move(event));
    }
    removal.changes.edit.push_back(std::move(schedule));
  }
  return removal;
}

int remove(Session& session, const RecipientOptions& options) {
  const auto address = address_named(options.address);
  if (options.everywhere) access::require(session.actor(), Action::administer, "", {});
  std::optional<std::string> account;
  if (!options.everywhere) account = session.account(options.account).id;
  auto removal = removal_of(session, address, schedules_to(session, address, account));
  if (removal.changed.empty() && removal.paused.empty() && !options.everywhere)
    throw Error(ErrorKind::not_found, fmt::format("no schedule of {} goes to {}", *account, address),
                fmt::format("reportctl schedule list --recipient {}", address));
  session.confirm(
      fmt::format("Remove {} from {}{}?", address,
                  counted(static_cast<std::int64_t>(removal.changed.size() + removal.paused.size()), "schedule", "schedules"),
                  removal.paused.empty() ? std::string()
                                         : fmt::format(", and pause {}, which would go to nobody", join(removal.paused, ", "))),
      options.yes);
  store::apply_changes(session.state(), removal.changes, removal.events, session.now());
  if (options.everywhere)
    store::suppress(session.state(),
                    {.address = address,
                     .account = {},
                     .schedule_id = {},
                     .schedule = {},
                     .reason = "removed",
                     .created_at = {},
                     .created_by = session.actor().str()},
                    {event_of(session, "RecipientSuppressed", "", {{"address", address}})}, session.now());
  const Json record = {
      {"address", address}, {"removed_from", removal.changed}, {"paused", removal.paused}, {"suppressed", options.everywhere}};
  std::string sentence = fmt::format("{} removed from {}", address,
                                     removal.changed.empty() ? std::string("no schedule") : join(removal.changed, ", "));
  if (!removal.paused.empty())
    sentence += fmt::format("; paused, because it is the only recipient: {}", join(removal.paused, ", "));
  if (options.everywhere) sentence += "; no schedule mails it from now on (reportctl recipient allow takes that back)";
  session.out().done(sentence, record);
  return exit_code::kDone;
}

int allow(Session& session, const RecipientOptions& options) {
  const auto address = address_named(options.address);
  std::optional<std::string> account;
  if (options.account || !session.actor().is_system_admin()) {
    account = session.account(options.account).id;
    access::require(session.actor(), Action::manage_account, *account, {});
  }
  const int taken_back =
      store::allow_again(session.state(), address, account,
                         {event_of(session, "RecipientAllowed", account.value_or(""), {{"address", address}})}, session.now());
  if (taken_back == 0)
    throw Error(ErrorKind::not_found, fmt::format("{} is not suppressed", address), "reportctl recipient list shows who is");
  session.out().done(fmt::format("{} gets its reports again", address), {{"address", address}, {"entries", taken_back}});
  return exit_code::kDone;
}

int list(Session& session) {
  Listing listing;
  listing.columns = {{.key = "address"},
                     {.key = "account"},
                     {.key = "schedule"},
                     {.key = "reason", .title = "WHY"},
                     {.key = "created_at", .title = "SINCE", .show = Show::time},
                     {.key = "created_by", .title = "BY", .show = Show::cut, .drop = 1}};
  listing.empty = manage::nothing_seen(session.actor(), "no address is suppressed");
  for (const auto& one : store::list_suppressions(session.state(), manage::sight_of(session.actor(), Action::manage_account))) {
    listing.rows.push_back({{one.address},
                            {one.account.empty() ? "–" : one.account},
                            {one.schedule.empty() ? "–" : one.schedule},
                            {one.reason},
                            {format_utc(one.created_at)},
                            {one.created_by}});
    listing.records.push_back({{"address", one.address},
                               {"account", text_or_null(one.account)},
                               {"schedule", text_or_null(one.schedule)},
                               {"reason", one.reason},
                               {"created_at", format_utc(one.created_at)},
                               {"created_by", one.created_by}});
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int unsubscribe(Session& session, const std::string& token) {
  access::require(session.actor(), Action::administer, "", {});
  const auto subscription = store::subscription_of(session.state(), trim(token));
  if (!subscription)
    throw Error(ErrorKind::not_found, fmt::format("no mail has the token \"{}\"", visible(token)),
                "it is the subject of the request, behind the word unsubscribe; the mail may be older than retention.runs");
  const Json payload = {{"address", subscription->address}, {"token", std::string(trim(token))}};
  auto event = event_of(session, "RecipientUnsubscribed", subscription->account, payload);
  event.subject = subscription->schedule_id;
  const bool added = store::suppress(session.state(),
                                     {.address = subscription->address,
                                      .account = subscription->account,
                                      .schedule_id = subscription->schedule_id,
                                      .schedule = {},
                                      .reason = "unsubscribed",
                                      .created_at = {},
                                      .created_by = session.actor().str()},
                                     {event}, session.now());
  session.out().done(fmt::format("{} {} {}/{}", subscription->address, added ? "no longer gets" : "was unsubscribed already from",
                                 subscription->account, subscription->schedule),
                     {{"address", subscription->address},
                      {"account", subscription->account},
                      {"schedule", subscription->schedule},
                      {"added", added}});
  return exit_code::kDone;
}

void bind_remove(CLI::App& command, Session& session) {
  const auto options = std::make_shared<RecipientOptions>();
  CLI::App& verb = add_verb(command, {"remove", "take an address out of every schedule of an account, or of all",
                                      "reportctl recipient remove bo@example.com --account shop\n"
                                      "reportctl recipient remove bo@example.com --everywhere --yes"});
  verb.add_option("address", options->address, "whose reports end")->required()->type_name("ADDRESS");
  add_account_option(verb, options->account);
  verb.add_flag("--everywhere", options->everywhere, "out of all accounts, and no schedule or file mails it again");
  add_yes_option(verb, options->yes);
  when_chosen(verb, session, [&session, options] { return remove(session, *options); });
}

}  // namespace

void bind_recipient(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"recipient", "",
                                         "reportctl recipient remove bo@example.com --account shop\n"
                                         "reportctl recipient list\n"
                                         "reportctl recipient allow bo@example.com"});
  bind_remove(command, session);
  const auto options = std::make_shared<RecipientOptions>();
  CLI::App& allow_verb = add_verb(command, {"allow", "let an address get its reports again",
                                            "reportctl recipient allow bo@example.com\n"
                                            "reportctl recipient allow bo@example.com --account shop"});
  allow_verb.add_option("address", options->address, "whose reports go out again")->required()->type_name("ADDRESS");
  add_account_option(allow_verb, options->account);
  when_chosen(allow_verb, session, [&session, options] { return allow(session, *options); });
  CLI::App& list_verb = add_verb(command, {"list", "the addresses that get no reports: unsubscribed or removed",
                                           "reportctl recipient list\n"
                                           "reportctl recipient list --json | jq -r '.[].address'"});
  when_chosen(list_verb, session, [&session] { return list(session); });
}

void bind_unsubscribe(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"unsubscribe", "",
                                         "reportctl unsubscribe 1f0c9a7b2e4d6f80\n"
                                         "reportctl unsubscribe \"$(grep -oiE '^subject: unsubscribe .*' | cut -d' ' -f3)\""});
  const auto token = std::make_shared<std::string>();
  command.add_option("token", *token, "from the List-Unsubscribe header of a report's mail")->required()->type_name("TOKEN");
  when_chosen(command, session, [&session, token] { return unsubscribe(session, *token); });
}

}  // namespace reportctl::cli
