// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "failure_mail.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"

namespace reportctl::run {
namespace {

using FailureJson = nlohmann::ordered_json;

/// Every text of the facts under its key, for both directions.
template <typename Facts, typename See>
void each_text(Facts& facts, See see) {
  see("account_name", facts.account_name);
  see("brand_color", facts.brand_color);
  see("schedule_name", facts.schedule_name);
  see("report_label", facts.report_label);
  see("outcome", facts.outcome);
  see("sentence", facts.sentence);
  see("period", facts.period);
  see("slot", facts.slot);
  see("fix", facts.fix);
  see("next_run", facts.next_run);
  see("failure_count", facts.failure_count);
  see("run_id", facts.run_id);
}

}  // namespace

std::string FailureMail::subject() const {
  return fmt::format("{}: {} {}", facts.account_name, facts.schedule_name.empty() ? facts.report_label : facts.schedule_name,
                     facts.outcome);
}

std::string to_json(const FailureMail& mail) {
  FailureJson json{{"from", mail.from}, {"logo", mail.logo_image}};
  each_text(mail.facts, [&](const char* key, const std::string& text) { json[key] = text; });
  json["reasons"] = mail.facts.reasons;
  json["recipients"] = mail.facts.recipients;
  return json_text(json);
}

FailureMail failure_mail_from_json(const std::string& text) {
  try {
    const auto json = json_from(text);
    FailureMail mail;
    json.at("from").get_to(mail.from);
    json.at("logo").get_to(mail.logo_image);
    each_text(mail.facts, [&](const char* key, std::string& fact) { json.at(key).get_to(fact); });
    json.at("reasons").get_to(mail.facts.reasons);
    json.at("recipients").get_to(mail.facts.recipients);
    return mail;
  } catch (const FailureJson::exception&) {
    throw Error(ErrorKind::failed, "the stored facts of this notification's mail cannot be read", "reportctl state check");
  }
}

FailureMail merged(const std::vector<FailureMail>& mails, const std::string& account) {
  constexpr std::size_t kMostRuns = 50;
  const auto& last = mails.back();
  FailureMail mail{.facts = {}, .from = last.from, .logo_image = last.logo_image};
  auto& facts = mail.facts;
  facts.account_name = last.facts.account_name;
  facts.brand_color = last.facts.brand_color;
  facts.run_id = mails.front().facts.run_id;
  facts.report_label = fmt::format("{} reports", mails.size());
  facts.outcome = "not sent as planned";
  facts.sentence = "You could not be told earlier: mail was not accepted.";
  for (const auto& one : mails) {
    if (facts.runs.size() == kMostRuns) {
      facts.sentence += fmt::format(" The first {} are listed here.", kMostRuns);
      break;
    }
    const auto& due = one.facts.slot;
    const auto& about = one.facts.schedule_name.empty() ? one.facts.report_label : one.facts.schedule_name;
    facts.runs.emplace_back(due.empty() ? about : fmt::format("{}, due {}", about, due),
                            fmt::format("{}: {}", one.facts.outcome, one.facts.sentence));
  }
  facts.fix = fmt::format("reportctl notifications list --account {}", account);
  return mail;
}

FailureLetter compose(Parts& parts, const FailureMail& mail) {
  auto facts = mail.facts;
  facts.logo = logo_for_mail(parts, mail.logo_image, facts.account_name);
  auto texts = mail::render_failure(facts);
  FailureLetter letter;
  letter.facts.subject = HeaderValue::cleaned(mail.subject()).str();
  letter.facts.from = mail.from;
  letter.content = {.text = std::move(texts.text),
                    .html = std::move(texts.html),
                    .attachments = {},
                    .boundary_seed = facts.run_id + ".notification",
                    .images = mail::images_of(facts.logo, {}, facts.run_id)};
  return letter;
}

}  // namespace reportctl::run
