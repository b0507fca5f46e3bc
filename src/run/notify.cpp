// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "notify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "courier.hpp"
#include "letter.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::run {
namespace {

using store::DeliveryState;
using store::RunState;

constexpr const char* kKind = "SCHEDULED_REPORT_FAILED";

struct Composed {
  std::string subject;
  mail::Texts texts;
  std::vector<mail::Image> images;
};

mail::Content content_of_notification(const Composed& composed, const std::string& run_id) {
  return {.text = composed.texts.text,
          .html = composed.texts.html,
          .attachment = std::nullopt,
          .boundary_seed = run_id + ".notification",
          .images = composed.images};
}

std::string words(RunState state) {
  switch (state) {
    case RunState::rejected:
      return "rejected";
    case RunState::delivery_failed:
      return "not delivered";
    case RunState::partial:
      return "delivered to some recipients only";
    case RunState::unknown:
      return "perhaps not delivered";
    default:
      return "failed";
  }
}

bool is_too_large(const store::Delivery& delivery) { return delivery.reason_class == "too_large"; }

std::string fix_for(Parts& parts, const Failure& failure, const store::Claim& claim) {
  const bool too_large = std::any_of(failure.deliveries.begin(), failure.deliveries.end(), is_too_large);
  if (too_large && parts.settings().mail.oversize == settings::Oversize::fail && failure.state != RunState::unknown)
    return fmt::format("mail.oversize: link in reportctl.yaml, then: reportctl runs resend {} --only failed", claim.run.id);
  switch (failure.state) {
    case RunState::rejected:
      return fmt::format("reportctl schedule edit {0} --account {1} …, then: reportctl schedule validate {0} --account {1}",
                         shell_word(claim.run.schedule_name), claim.run.account);
    case RunState::delivery_failed:
    case RunState::partial:
      return fmt::format("reportctl runs resend {} --only failed", claim.run.id);
    case RunState::unknown:
      return fmt::format("ask the recipients, then: reportctl runs resend {} --only unknown", claim.run.id);
    default:
      return fmt::format("reportctl runs show {}", claim.run.id);
  }
}

std::string at_zone(Instant at, const std::optional<Zone>& zone) {
  const auto used = zone.value_or(Zone::utc());
  return fmt::format("{} {} ({})", format_date(used.local_date(at)), format_time_of_day(used.local_time(at)), used.name());
}

std::string ordinal(int count) {
  if (count <= 1) return {};
  const auto tail = count % 100 >= 11 && count % 100 <= 13 ? 0 : count % 10;
  const char* suffix = tail == 1 ? "st" : tail == 2 ? "nd" : tail == 3 ? "rd" : "th";
  return fmt::format("{}{} in a row", count, suffix);
}

std::string report_label(Parts& parts, const std::string& id) {
  try {
    const auto* report = parts.catalog().find(id);
    return report != nullptr ? report->label : id;
  } catch (const Error&) {
    return id;  // a broken operator module: its id says enough here
  }
}

Composed compose(Parts& parts, const store::Run& run, const Failure& failure, int failure_count, const std::string& fix) {
  const auto account = store::find_account(parts.state(), run.account);
  const auto schedule = store::find_schedule(parts.state(), run.schedule_id);
  auto zone_name = run.timezone;
  if (zone_name.empty() && schedule)
    zone_name = schedule::effective_timezone(schedule->definition, account ? account->timezone : std::string());
  const auto zone = Zone::find(zone_name);
  mail::FailureFacts facts;
  facts.account_name = account ? name_for_mail(*account) : run.account;
  facts.brand_color = account ? account->brand.color : std::string();
  if (account) facts.logo = logo_for_mail(parts, account->brand.logo, facts.account_name);
  facts.schedule_name = run.schedule_name;
  facts.report_label = report_label(parts, run.report);
  facts.outcome = words(failure.state);
  facts.sentence = failure.reason;
  if (!run.first_day.empty())
    facts.period = run.first_day == run.last_day ? run.first_day : run.first_day + " to " + run.last_day;
  if (run.slot) facts.slot = at_zone(*run.slot, zone);
  facts.reasons = failure.broken_rules;
  for (const auto& delivery : failure.deliveries) {
    if (delivery.state == DeliveryState::accepted) continue;
    facts.recipients.emplace_back(delivery.address,
                                  fmt::format("{}: {}", store::delivery_state_name(delivery.state), delivery.answer));
  }
  facts.fix = fix;
  if (schedule && schedule->next_run_at) facts.next_run = at_zone(*schedule->next_run_at, zone);
  facts.failure_count = ordinal(failure_count);
  facts.run_id = run.id;
  return {.subject = fmt::format("{}: {} {}", facts.account_name, facts.schedule_name, facts.outcome),
          .texts = mail::render_failure(facts),
          .images = mail::images_of(facts.logo, {}, facts.run_id)};
}

MailFacts mail_facts(Parts& parts, const std::string& subject) {
  MailFacts facts;
  facts.subject = HeaderValue::cleaned(subject).str();
  facts.from = parts.settings().mail.from ? parts.settings().mail.from->str() : std::string();
  return facts;
}

/// The failure of a run that ended earlier, read back from the record.
Failure failure_of(Parts& parts, const store::Run& run) {
  if (run.state == RunState::rejected) return rejection(run.violations);
  Failure failure;
  failure.state = run.state;
  failure.reason = run.reason;
  for (auto& delivery : store::list_deliveries(parts.state(), run.id)) {
    if (!delivery.notification) failure.deliveries.push_back(std::move(delivery));
  }
  return failure;
}

}  // namespace

Failure rejection(const std::string& violations) {
  Failure failure{.state = RunState::rejected,
                  .reason = "The report breaks a rule and was not made; nobody received it.",
                  .broken_rules = {},
                  .deliveries = {}};
  for (const auto& violation : nlohmann::json::parse(violations)) {
    const std::string hint = violation.at("hint");
    failure.broken_rules.emplace_back(violation.at("code"),
                                      fmt::format("{}: {}{}{}", violation.at("field").get<std::string>(),
                                                  violation.at("message").get<std::string>(), hint.empty() ? "" : "; ", hint));
  }
  return failure;
}

std::vector<store::NewNotification> notifications_of(Parts& parts, const store::Claim& claim, const Failure& failure) {
  const auto stewards = store::stewards(parts.state(), claim.run.account);
  if (stewards.empty()) return {};
  auto run = claim.run;
  run.state = failure.state;
  const auto composed = compose(parts, run, failure, claim.schedule.failure_count + 1, fix_for(parts, failure, claim));
  std::optional<Mailing> mailing;
  if (parts.settings().mail.from)
    mailing.emplace(parts, mail_facts(parts, composed.subject), content_of_notification(composed, run.id));

  std::vector<store::NewNotification> result;
  for (const auto& member : stewards) {
    store::NewNotification notification{.id = new_id(),
                                        .account = run.account,
                                        .member_id = member.id,
                                        .kind = kKind,
                                        .subject = composed.subject,
                                        .body = composed.texts.text,
                                        .delivery = std::nullopt};
    if (mailing && member.email) {
      notification.delivery = mailing->prepare({member.name, *member.email}, run.id, new_id(), parts.moment());
    }
    result.push_back(std::move(notification));
  }
  return result;
}

void send_notifications(Parts& parts, const store::Claim& claim) {
  std::vector<store::Delivery> waiting;
  for (auto& delivery : store::list_deliveries(parts.state(), claim.run.id)) {
    if (delivery.notification && delivery.state == DeliveryState::queued) waiting.push_back(std::move(delivery));
  }
  if (waiting.empty()) return;
  const auto run = store::get_run(parts.state(), claim.run.id);
  const auto schedule = store::find_schedule(parts.state(), run.schedule_id);
  const auto failure = failure_of(parts, run);
  const auto composed = compose(parts, run, failure, schedule ? schedule->failure_count : 1, fix_for(parts, failure, claim));
  Post post(parts, mail_facts(parts, composed.subject), content_of_notification(composed, run.id));
  for (const auto& delivery : waiting) {
    store::DeliveryOutcome outcome;
    try {
      outcome = hand_over(parts, claim, post, delivery, {});
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::state || error.kind() == ErrorKind::conflict)
        throw;
      outcome = {.delivery_id = delivery.id,
                 .state = DeliveryState::deferred,
                 .answer = error.what(),
                 .reason_class = "config",
                 .next_attempt_at = std::nullopt};
    }
    store::record_outcome(parts.state(), claim, outcome, {}, parts.moment());
    if (outcome.state != DeliveryState::accepted) {
      log(LogLevel::warning, fmt::format("notification to {}: {} ({})", delivery.address,
                                         store::delivery_state_name(outcome.state), outcome.answer));
    }
  }
}

}  // namespace reportctl::run
