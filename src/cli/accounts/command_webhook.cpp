// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/manage/webhook_rules.hpp"
#include "reportctl/run/webhooks.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using access::Action;
using store::Webhook;
using store::WebhookState;

struct WebhookOptions {
  std::string webhook;  ///< add: the url; remove, test: url, id or the beginning of it
  std::optional<std::string> account, outcome;
  std::vector<std::string> events;
  std::string outcomes, secret_file, secret_credential;
  int limit = 50;
  bool yes = false;
};

/// The account that was named, when the actor manages it.
std::optional<std::string> managed_account(Session& session, const std::optional<std::string>& named) {
  if (!named) return std::nullopt;
  auto id = session.account(named).id;
  access::require(session.actor(), Action::manage_account, id, {});
  return id;
}

Webhook one_webhook(Session& session, const WebhookOptions& options) {
  const auto account = managed_account(session, options.account);
  return store::get_webhook(session.state(), options.webhook, manage::sight_of(session.actor(), Action::manage_account), account);
}

std::string events_text(const Webhook& webhook) { return fmt::format("{}", fmt::join(webhook.events, ", ")); }

std::string secret_place(const Webhook& webhook) {
  return webhook.secret_file.empty() ? "credential " + webhook.secret_credential : webhook.secret_file;
}

int add(Session& session, const WebhookOptions& options) {
  const auto account = session.account(options.account);
  access::require(session.actor(), Action::manage_account, account.id, {});
  const manage::WrittenWebhook written{.url = options.webhook,
                                       .events = options.events,
                                       .outcomes = options.outcomes,
                                       .secret_file = options.secret_file,
                                       .secret_credential = options.secret_credential};
  manage::refuse_problems("webhook", manage::webhook_problems(written, session.config().settings));
  auto webhook = manage::webhook_of(written);
  webhook.id = new_id();
  webhook.account = account.id;
  webhook.created_at = session.now();
  store::add_webhook(session.state(), webhook,
                     manage::audit_of(session.actor(), {"WebhookAdded", account.id, webhook.id, nullptr, to_json(webhook)}),
                     session.now());
  session.out().done(fmt::format("webhook {} added to {}; try it: reportctl webhook test {}", webhook.id, account.id, webhook.id),
                     to_json(webhook));
  return exit_code::kDone;
}

int list(Session& session, const WebhookOptions& options) {
  Listing listing;
  listing.columns = {{"id", "WEBHOOK"}, {"account"},  {"url", "URL", Align::left, Show::cut},
                     {"events"},        {"outcomes"}, {"secret_file", "SECRET", Align::left, Show::cut}};
  listing.more_keys = {"secret_credential"};
  listing.empty = manage::nothing_seen(session.actor(), "no webhooks", "; add one: reportctl webhook add URL --secret-file FILE");
  const auto account = managed_account(session, options.account);
  const auto sight = manage::sight_of(session.actor(), Action::manage_account);
  for (const auto& webhook : store::list_webhooks(session.state(), account, sight)) {
    listing.rows.push_back({{webhook.id},
                            {webhook.account},
                            {webhook.url},
                            {events_text(webhook)},
                            {std::string(store::webhook_outcomes_name(webhook.outcomes))},
                            {secret_place(webhook)}});
    listing.records.push_back(to_json(webhook));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int remove(Session& session, const WebhookOptions& options) {
  const auto webhook = one_webhook(session, options);
  session.confirm(fmt::format("Remove the webhook to {} from {}? What waits for it is not sent.", webhook.url, webhook.account),
                  options.yes);
  store::remove_webhook(
      session.state(), webhook.id,
      manage::audit_of(session.actor(), {"WebhookRemoved", webhook.account, webhook.id, to_json(webhook), nullptr}),
      session.now());
  session.out().done(fmt::format("webhook {} removed", webhook.id), to_json(webhook));
  return exit_code::kDone;
}

int test(Session& session, const WebhookOptions& options) {
  const auto webhook = one_webhook(session, options);
  const auto delivery = run::test_webhook(session.parts(), webhook, session.actor().str());
  session.out().done(fmt::format("{}: {}: {}", delivery.endpoint, store::webhook_state_name(delivery.state), delivery.answer),
                     to_json(delivery));
  if (delivery.state == WebhookState::accepted) return exit_code::kDone;
  if (delivery.reason_class == "config") return exit_code::kConfig;
  return delivery.state == WebhookState::deferred ? exit_code::kDeferred : exit_code::kUnsuccessful;
}

Tone tone_of_webhook(const store::WebhookDelivery& delivery) {
  if (delivery.state == WebhookState::accepted) return Tone::good;
  if (delivery.state == WebhookState::refused || !delivery.due_at) return Tone::bad;
  return delivery.state == WebhookState::deferred ? Tone::warn : Tone::none;
}

int deliveries(Session& session, const WebhookOptions& options) {
  store::WebhookDeliveryFilter filter;
  filter.account = managed_account(session, options.account);
  if (options.outcome) {
    filter.state = store::parse_webhook_state(*options.outcome);
    if (!filter.state) {
      throw Error(ErrorKind::usage, fmt::format("--outcome {}: no such state", visible(*options.outcome)),
                  "one of " + join(store::webhook_state_names(), ", "));
    }
  }
  filter.limit = options.limit;
  filter.sight = manage::sight_of(session.actor(), Action::manage_account);
  Listing listing;
  listing.columns = {{.key = "id", .title = "DELIVERY", .show = Show::id},
                     {.key = "created_at", .title = "QUEUED", .show = Show::time},
                     {.key = "account", .drop = 2},
                     {.key = "endpoint", .show = Show::cut},
                     {.key = "event"},
                     {.key = "run_id", .title = "OF", .show = Show::id},
                     {.key = "state"},
                     {.key = "attempts", .title = "TRIES", .align = Align::right, .drop = 1},
                     {.key = "next_attempt_at", .title = "NEXT", .show = Show::time, .drop = 3},
                     {.key = "answer", .show = Show::long_text}};
  listing.more_keys = {"export_id"};
  listing.empty = manage::nothing_seen(session.actor(), "no deliveries to webhooks");
  for (const auto& delivery : store::list_webhook_deliveries(session.state(), filter)) {
    listing.rows.push_back({{delivery.id},
                            {format_utc(delivery.created_at)},
                            {delivery.account},
                            {delivery.endpoint},
                            {delivery.event},
                            {delivery.run_id + delivery.export_id},
                            {std::string(store::webhook_state_name(delivery.state)), tone_of_webhook(delivery)},
                            {std::to_string(delivery.attempts)},
                            {delivery.due_at ? format_utc(*delivery.due_at) : "–"},
                            {delivery.answer}});
    listing.records.push_back(to_json(delivery));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

constexpr const char* kWhichWebhook = "its url, its id, or the first characters of the id";

}  // namespace

void bind_webhook(CLI::App& root, Session& session) {
  auto& command = add_command(root, {"webhook", "",
                                     "reportctl webhook add https://hooks.example.com/reports --secret-file /etc/reportctl/hook\n"
                                     "reportctl webhook test 9c1e\n"
                                     "reportctl webhook deliveries --outcome refused"});
  {
    const auto options = std::make_shared<WebhookOptions>();
    auto& verb = add_verb(command, {"add", "tell another program when runs and exports end",
                                    "reportctl webhook add https://hooks.example.com/reports --secret-file /etc/reportctl/hook\n"
                                    "reportctl webhook add https://ops.example.com/in --event run --outcomes failures "
                                    "--secret-credential ops-hook --account acme"});
    verb.add_option("URL", options->webhook, "where to POST; https, or http on this host itself")->required();
    add_account_option(verb, options->account);
    add_repeated_option(verb, options->events, {"--event", "EVENT", "run or export (may be repeated); default: both"});
    verb.add_option("--outcomes", options->outcomes, "all (the default) or failures")->type_name("WORD");
    verb.add_option("--secret-file", options->secret_file, "file with the secret that signs; read when something is sent")
        ->type_name("FILE");
    verb.add_option("--secret-credential", options->secret_credential, "systemd credential with the secret")->type_name("NAME");
    when_chosen(verb, session, [&session, options] { return add(session, *options); });
  }
  {
    const auto options = std::make_shared<WebhookOptions>();
    auto& verb = add_verb(command, {"list", "webhooks of the accounts that you manage",
                                    "reportctl webhook list\n"
                                    "reportctl webhook list --account acme --json"});
    add_account_option(verb, options->account);
    when_chosen(verb, session, [&session, options] { return list(session, *options); });
  }
  {
    const auto options = std::make_shared<WebhookOptions>();
    auto& verb = add_verb(command, {"remove", "tell it nothing more",
                                    "reportctl webhook remove 9c1e\n"
                                    "reportctl webhook remove https://hooks.example.com/reports --yes"});
    verb.add_option("WEBHOOK", options->webhook, kWhichWebhook)->required();
    add_account_option(verb, options->account);
    add_yes_option(verb, options->yes);
    when_chosen(verb, session, [&session, options] { return remove(session, *options); });
  }
  {
    const auto options = std::make_shared<WebhookOptions>();
    auto& verb = add_verb(command, {"test", "send an event \"test\" now, once",
                                    "reportctl webhook test 9c1e\n"
                                    "reportctl webhook test https://hooks.example.com/reports"});
    verb.add_option("WEBHOOK", options->webhook, kWhichWebhook)->required();
    add_account_option(verb, options->account);
    when_chosen(verb, session, [&session, options] { return test(session, *options); });
  }
  {
    const auto options = std::make_shared<WebhookOptions>();
    auto& verb = add_verb(command, {"deliveries", "what was sent, what waits, and what was answered",
                                    "reportctl webhook deliveries\n"
                                    "reportctl webhook deliveries --account acme --outcome deferred --json"});
    add_account_option(verb, options->account);
    verb.add_option("--outcome", options->outcome, "queued, sending, accepted, deferred or refused")->type_name("STATE");
    add_limit_option(verb, options->limit);
    when_chosen(verb, session, [&session, options] { return deliveries(session, *options); });
  }
}

}  // namespace reportctl::cli
