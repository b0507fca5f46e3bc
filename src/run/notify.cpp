// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "notify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>

#include "attempts.hpp"
#include "courier.hpp"
#include "failure_mail.hpp"
#include "post.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/notifications.hpp"

namespace reportctl::run {
namespace {

using store::DeliveryState;
using store::RunState;

/// The first delivery that ended with that reason.
const store::Delivery* ended_with(const Failure& failure, std::string_view reason_class) {
  const auto found = std::find_if(failure.deliveries.begin(), failure.deliveries.end(), [&](const store::Delivery& delivery) {
    return delivery.reason_class == reason_class && delivery.state != DeliveryState::accepted;
  });
  return found == failure.deliveries.end() ? nullptr : &*found;
}

/// A mail, and not only a file at a destination.
bool ended_as_unknown(const std::vector<store::Delivery>& deliveries) {
  return std::any_of(deliveries.begin(), deliveries.end(), [](const store::Delivery& delivery) {
    return delivery.state == DeliveryState::unknown && delivery.destination.empty();
  });
}

std::string fix_for(Parts& parts, const Failure& failure, const store::Claim& claim) {
  const auto& run = claim.run;
  if (failure.state == RunState::rejected)
    return fmt::format("reportctl schedule edit {} --account {} …, then: reportctl runs retry {}", shell_word(run.schedule_name),
                       run.account, run.id);
  return next_step({.run_id = run.id,
                    .account = run.account,
                    .schedule = run.schedule_name,
                    .state = failure.state,
                    .reason = {},
                    .first = first_step(parts, failure, run)});
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

/// To the people of an account, from the configured sender.
FailureMail mail_of_account(Parts& parts, const std::string& id, const std::optional<access::Account>& account) {
  FailureMail mail;
  mail.facts.account_name = account ? account->shown_name() : id;
  mail.facts.brand_color = account ? account->brand.color : std::string();
  if (account) mail.logo_image = account->brand.logo;
  if (parts.settings().mail.from) mail.from = parts.settings().mail.from->str();
  return mail;
}

FailureMail facts_of(Parts& parts, const store::Claim& claim, const Failure& failure) {
  const auto& run = claim.run;
  const auto account = store::find_account(parts.state(), run.account);
  const auto& schedule = claim.schedule;
  const auto zone = Zone::find(!run.timezone.empty() ? run.timezone
                                                     : schedule::effective_timezone(schedule.definition,
                                                                                    account ? account->timezone : std::string()))
                        .value_or(Zone::utc());
  auto mail = mail_of_account(parts, run.account, account);
  auto& facts = mail.facts;
  facts.schedule_name = run.schedule_name;
  facts.report_label = report_label(parts, run.report);
  facts.outcome = store::facts_of(failure.state).words;
  facts.sentence = failure.reason;
  if (run.period) facts.period = schedule::describe(*run.period);
  if (run.slot) facts.slot = minute_zone_text(*run.slot, zone);
  facts.reasons = failure.broken_rules;
  for (const auto& delivery : failure.deliveries) {
    if (delivery.state == DeliveryState::accepted) continue;
    facts.recipients.emplace_back(delivery.address,
                                  fmt::format("{}: {}", store::delivery_state_name(delivery.state), delivery.answer));
  }
  facts.fix = fix_for(parts, failure, claim);
  if (schedule.next_run_at) facts.next_run = minute_zone_text(*schedule.next_run_at, zone);
  if (run.trigger == store::Trigger::scheduled) facts.failure_count = ordinal(store::failures_in_a_row(parts.state(), claim));
  facts.run_id = run.id;
  return mail;
}

/// As it was queued.
FailureMail stored_mail(Parts& parts, const store::Claim& claim, const store::Delivery& delivery) {
  const auto stored = store::notification_mail(parts.state(), delivery.notification_id);
  if (!stored.empty()) return failure_mail_from_json(stored);
  // Queued by a version that kept none: the run says enough.
  return facts_of(parts, claim, {.state = claim.run.state, .reason = claim.run.reason, .broken_rules = {}, .deliveries = {}});
}

bool concerns_this_mail_alone(const Error& error) { return !ends_process(error.kind()) && error.kind() != ErrorKind::conflict; }

}  // namespace

std::string first_step(Parts& parts, const Failure& failure, const store::Run& run) {
  constexpr std::size_t kMostNamed = 10;
  if (failure.state == RunState::unknown)
    return failure.deliveries.empty() || ended_as_unknown(failure.deliveries) ? "ask the recipients" : "look at the destination";
  if (!failure.bad_rows.empty())
    return fmt::format("correct the rows of {}{} (reportctl schedule validate {} --account {} shows what is wrong)",
                       join(std::span(failure.bad_rows).first(std::min(failure.bad_rows.size(), kMostNamed)), ", "),
                       failure.bad_rows.size() > kMostNamed ? ", …" : "", shell_word(run.schedule_name), run.account);
  if (ended_with(failure, "too_large") != nullptr && parts.settings().mail.oversize == settings::Oversize::fail)
    return "mail.oversize: link in reportctl.yaml";
  if (const auto* const taken = ended_with(failure, "exists"))
    return fmt::format("move away the file that has the name {} at {}", taken->path(), taken->destination);
  if (const auto* const refused = ended_with(failure, "recipient");
      refused != nullptr && refused->state == DeliveryState::refused)
    return fmt::format("have {} accept mail (if the address is wrong: reportctl runs resend {} --to ADDRESS)", refused->address,
                       run.id);
  return {};
}

Failure rejection(const validation::Violations& violations) {
  Failure failure{.state = RunState::rejected,
                  .reason = "The report breaks a rule and was not made; nobody received it.",
                  .broken_rules = {},
                  .deliveries = {}};
  for (const auto& broken : violations) {
    failure.broken_rules.emplace_back(
        validation::code_name(broken.code),
        fmt::format("{}: {}{}{}", broken.field, broken.message, broken.hint.empty() ? "" : "; ", broken.hint));
  }
  return failure;
}

namespace {

std::vector<store::NewNotification> addressed(Parts& parts, const store::Claim& claim, const char* kind,
                                              const FailureMail& mail) {
  const auto stewards = store::stewards(parts.state(), claim.run.account);
  if (stewards.empty()) return {};
  const auto letter = compose(parts, mail);
  std::optional<Mailing> mailing;
  if (!mail.from.empty()) mailing.emplace(parts, letter.facts, letter.content);

  std::vector<store::NewNotification> result;
  for (const auto& member : stewards) {
    store::NewNotification notification{.id = new_id(),
                                        .account = claim.run.account,
                                        .member_id = member.id,
                                        .kind = kind,
                                        .subject = mail.subject(),
                                        .body = letter.content.text,
                                        .mail = to_json(mail),
                                        .delivery = std::nullopt};
    if (mailing && member.email) {
      notification.delivery = mailing->prepare({member.name, *member.email}, claim.run.id, new_id(), parts.moment());
    }
    result.push_back(std::move(notification));
  }
  return result;
}

}  // namespace

std::vector<store::NewNotification> notifications_of(Parts& parts, const store::Claim& claim, const Failure& failure) {
  return addressed(parts, claim, "SCHEDULED_REPORT_FAILED", facts_of(parts, claim, failure));
}

std::optional<store::TellOnce> calendar_notice(Parts& parts, const store::Claim& claim) {
  constexpr int kDaysBefore = 30;
  const auto& definition = claim.schedule.definition;
  const auto& calendar = definition.cadence.calendar.days;
  if (!calendar || !definition.cadence.counts_workdays() || claim.run.schedule_id.empty()) return std::nullopt;
  const auto account = store::find_account(parts.state(), claim.run.account);
  const auto zone = schedule::effective_zone(definition, account ? account->timezone : std::string()).value_or(Zone::utc());
  const auto next = schedule::next_occurrence(schedule::rhythm_of(definition, zone), parts.now());
  if (!next || zone.local_date(*next) < add_days(calendar->until(), -kDaysBefore)) return std::nullopt;
  const auto name = definition.calendar.empty() && account ? account->calendar : definition.calendar;
  const auto last_day = format_date(calendar->until());
  store::TellOnce once{.what = fmt::format("calendar {} ends on {}", name, last_day), .notifications = {}};
  if (store::was_told(parts.state(), claim.run.account, once.what)) return std::nullopt;
  auto mail = mail_of_account(parts, claim.run.account, account);
  mail.facts.report_label = "Calendar " + name;
  mail.facts.outcome = "known until " + last_day;
  mail.facts.sentence = fmt::format(
      "Its holidays are known until {}. After that, Monday to Friday count as workdays, and reports that are sent on workdays, "
      "such as {}, may arrive on holidays.",
      last_day, definition.name);
  mail.facts.fix = fmt::format("have a system admin give it further days: reportctl calendar set {} FILE", name);
  mail.facts.run_id = claim.run.id;
  once.notifications = addressed(parts, claim, "CALENDAR_ENDS", mail);
  return once.notifications.empty() ? std::nullopt : std::optional(std::move(once));
}

store::TellOnce missing_notice(Parts& parts, const store::Claim& claim, const std::vector<store::Run>& divided) {
  constexpr std::size_t kMostNamed = 20;
  std::vector<std::string> keys;
  for (const auto& part : divided)
    if (part.state == RunState::skipped && part.reason == kNoAddress) keys.push_back(part.part);
  const auto about = fmt::format("parts of {} without address: ", claim.run.schedule_id);
  store::TellOnce once{
      .what = about + (keys.empty() ? "none" : sha256_hex(join(keys, "\n"))), .instead_of = about, .notifications = {}};
  if (keys.empty() || store::was_told(parts.state(), claim.run.account, once.what)) return once;
  auto mail = mail_of_account(parts, claim.run.account, store::find_account(parts.state(), claim.run.account));
  auto& facts = mail.facts;
  facts.schedule_name = claim.run.schedule_name;
  facts.report_label = report_label(parts, claim.run.report);
  facts.outcome = keys.size() == 1 ? "one part has no address" : fmt::format("{} parts have no address", keys.size());
  facts.sentence = fmt::format("{} of {} parts were not sent, because their list has no address for them that wants mail: {}{}",
                               keys.size(), divided.size(), join(std::span(keys).first(std::min(keys.size(), kMostNamed)), ", "),
                               keys.size() > kMostNamed ? ", …" : "");
  facts.fix = fmt::format("add their addresses to the list; reportctl schedule preview {} --account {} shows the parts",
                          shell_word(claim.run.schedule_name), claim.run.account);
  facts.run_id = claim.run.id;
  once.notifications = addressed(parts, claim, "RECIPIENT_MISSING", mail);
  return once;
}

namespace {

/// A notification mail that is due.
struct Notice {
  const store::Claim* claim;
  store::Delivery delivery;
};
/// What goes in one mail, the oldest first.
using Notices = std::vector<Notice>;

bool is_due(const store::Delivery& delivery, Instant now) {
  return delivery.notification &&
         (delivery.state == DeliveryState::queued || (delivery.next_attempt_at && *delivery.next_attempt_at <= now));
}

/// The mails of each address: about several runs one for all of them, about a single run one for each thing that happened.
std::vector<Notices> due_notices(Parts& parts, const std::vector<store::Claim>& claims) {
  std::map<std::array<std::string, 3>, Notices> by_address;
  for (const auto& claim : claims) {
    for (auto& delivery : store::list_deliveries(parts.state(), claim.run.id)) {
      if (!is_due(delivery, parts.now())) continue;
      const auto told = claims.size() > 1 ? std::string() : store::notification_mail(parts.state(), delivery.notification_id);
      by_address[{claim.run.account, delivery.address, told}].push_back({&claim, delivery});
    }
  }
  std::vector<Notices> mails;
  for (auto& [address, notices] : by_address) mails.push_back(std::move(notices));
  return mails;
}

/// Those of several people with one address.
bool are_one(const FailureMail& a, const FailureMail& b) { return to_json(a) == to_json(b); }

FailureLetter letter_of(Parts& parts, const Notices& notices) {
  std::vector<FailureMail> mails;
  for (const auto& notice : notices) {
    auto mail = stored_mail(parts, *notice.claim, notice.delivery);
    if (mails.empty() || !are_one(mails.back(), mail)) mails.push_back(std::move(mail));
  }
  return compose(parts, mails.size() == 1 ? mails.front() : merged(mails, notices.front().claim->run.account));
}

/// Of the first notice, which carries the others.
store::DeliveryOutcome carry(Parts& parts, const Notices& notices, const RetryRule& rule) {
  const auto& [claim, delivery] = notices.front();
  try {
    const auto letter = letter_of(parts, notices);
    Post post(parts, letter.facts, letter.content);
    const auto& mailing = post.attached();
    const bool same = !delivery.recipient || mailing.makes(delivery);
    return hand_over(parts, *claim, post, same ? delivery : superseded(parts, *claim, mailing, delivery), rule);
  } catch (const Error& error) {
    if (!concerns_this_mail_alone(error)) throw;
    return {.delivery_id = delivery.id,
            .state = DeliveryState::deferred,
            .answer = error.what(),
            .reason_class = "config",
            .next_attempt_at = rule.retry_at};
  }
}

void record_carried(Parts& parts, const Notice& notice, store::DeliveryOutcome outcome, const RetryRule& rule) {
  outcome.delivery_id = notice.delivery.id;
  outcome.tried = false;  // the first of them was
  if (outcome.state == DeliveryState::accepted) {
    store::mark_handing_over(parts.state(), *notice.claim, notice.delivery.id);
  } else if (outcome.state == DeliveryState::unknown) {
    outcome.state = DeliveryState::deferred;
    outcome.next_attempt_at = rule.retry_at;
  }
  store::record_outcome(parts.state(), *notice.claim, outcome, parts.moment());
}

void tell_operator(const store::Delivery& delivery, const store::DeliveryOutcome& outcome) {
  if (outcome.state == DeliveryState::accepted) return;
  // Once: it is tried again and again.
  const auto level = outcome.next_attempt_at && delivery.state != DeliveryState::queued ? LogLevel::info : LogLevel::warning;
  log(level,
      fmt::format("notification to {}: {} ({})", delivery.address, store::delivery_state_name(outcome.state), outcome.answer));
}

}  // namespace

void send_notifications(Parts& parts, const std::vector<store::Claim>& claims) {
  for (const auto& notices : due_notices(parts, claims)) {
    const auto& [claim, first] = notices.front();
    const auto since = claim->run.finished_at.value_or(parts.now());
    const RetryRule rule{.retry_at = next_attempt_since(parts.now(), since), .resend_unknown = true};
    const auto outcome = carry(parts, notices, rule);
    store::record_outcome(parts.state(), *claim, outcome, parts.moment());
    tell_operator(first, outcome);
    for (auto other = std::next(notices.begin()); other != notices.end(); ++other) record_carried(parts, *other, outcome, rule);
  }
}

}  // namespace reportctl::run
