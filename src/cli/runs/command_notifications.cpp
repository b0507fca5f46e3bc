// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/notifications.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct NotificationListOptions {
  std::optional<std::string> account;
  bool all = false;
  int limit = 50;
};

struct AckOptions {
  std::vector<std::string> ids;
  std::optional<std::string> account;
  bool all = false;
};

int list_notifications(Session& session, const NotificationListOptions& options) {
  store::NotificationFilter filter;
  if (options.account) filter.account = session.account(options.account).id;
  filter.all = options.all;
  filter.limit = options.limit;
  Listing listing;
  listing.columns = {{.key = "id", .show = Show::id},
                     {.key = "created_at", .title = "WHEN", .show = Show::time},
                     {.key = "account"},
                     {.key = "member", .title = "TO", .show = Show::cut},
                     {.key = "kind", .drop = 2},
                     {.key = "run_id", .title = "RUN", .show = Show::id},
                     {.key = "mail_state", .title = "MAIL"},
                     {.key = "acknowledged_by", .title = "ACKNOWLEDGED", .drop = 1},
                     {.key = "subject", .show = Show::long_text}};
  listing.empty = manage::nothing_seen(session.actor(), options.all ? "no notifications" : "nothing waits to be acknowledged");
  for (const auto& notification : visible_notifications(session.viewer(), filter)) {
    const bool mailed = notification.mail_state == "accepted";
    listing.rows.push_back({{notification.id},
                            {format_utc(notification.created_at)},
                            {notification.account},
                            {notification.member_name},
                            {notification.kind},
                            {notification.run_id},
                            {notification.mail_state.empty() ? "–" : notification.mail_state, mailed ? Tone::good : Tone::warn},
                            {notification.acknowledged_at ? notification.acknowledged_by : "–"},
                            {notification.subject}});
    listing.records.push_back(to_json(notification));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

/// What the words name among what the actor may see; every word must name exactly one. One that is acknowledged already may be
/// named again.
std::vector<store::Notification> named(Session& session, const AckOptions& options) {
  std::optional<std::string> account;
  if (options.account) account = session.account(options.account).id;
  if (options.all) return visible_notifications(session.viewer(), {.account = account, .all = false, .limit = 0});
  std::vector<store::Notification> chosen;
  for (const auto& word : options.ids) chosen.push_back(visible_notification(session.viewer(), word, account));
  return chosen;
}

int acknowledge(Session& session, const AckOptions& options) {
  if (options.ids.empty() != options.all) {
    throw Error(ErrorKind::usage, "which notifications?", "reportctl notifications ack ID …, or --all");
  }
  Json acknowledged = Json::array();
  for (const auto& notification : named(session, options)) {
    const Json payload = {{"notificationId", notification.id}, {"kind", notification.kind}, {"runId", notification.run_id}};
    store::acknowledge(
        session.state(), notification.id, session.actor().str(),
        {{"NotificationAcknowledged", notification.account, notification.id, session.actor().str(), json_text(payload)}},
        session.now());
    acknowledged.push_back(notification.id);
  }
  session.out().done(fmt::format("{} acknowledged", acknowledged.size()), {{"acknowledged", acknowledged}});
  return exit_code::kDone;
}

}  // namespace

void bind_notifications(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "notifications",
                                     .summary = {},
                                     .examples = "reportctl notifications list\n"
                                                 "reportctl notifications ack 9c1e"});
  const auto list_options = std::make_shared<NotificationListOptions>();
  auto& list_verb = add_verb(command, {.name = "list",
                                       .summary = "what owners and admins were told and nobody has acknowledged",
                                       .examples = "reportctl notifications list\n"
                                                   "reportctl notifications list --all --account acme --json"});
  add_account_option(list_verb, list_options->account);
  list_verb.add_flag("--all", list_options->all, "acknowledged ones too");
  add_limit_option(list_verb, list_options->limit);
  when_chosen(list_verb, session, [&session, list_options] { return list_notifications(session, *list_options); });

  const auto ack_options = std::make_shared<AckOptions>();
  auto& ack_verb = add_verb(command, {.name = "ack",
                                      .summary = "acknowledge: it is known and taken care of",
                                      .examples = "reportctl notifications ack 9c1e 77d0\n"
                                                  "reportctl notifications ack --all --account acme"});
  ack_verb.add_option("id", ack_options->ids, "ids, or the first characters of them")->type_name("ID");
  add_account_option(ack_verb, ack_options->account);
  ack_verb.add_flag("--all", ack_options->all, "everything that waits (of --account)");
  when_chosen(ack_verb, session, [&session, ack_options] { return acknowledge(session, *ack_options); });
}

}  // namespace reportctl::cli
