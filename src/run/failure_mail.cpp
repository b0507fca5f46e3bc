// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "failure_mail.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"

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
  return fmt::format("{}: {} {}", facts.account_name, facts.schedule_name, facts.outcome);
}

std::string to_json(const FailureMail& mail) {
  FailureJson json{{"from", mail.from}, {"logo", mail.logo_image}};
  each_text(mail.facts, [&](const char* key, const std::string& text) { json[key] = text; });
  json["reasons"] = mail.facts.reasons;
  json["recipients"] = mail.facts.recipients;
  return json.dump(-1, ' ', false, FailureJson::error_handler_t::replace);
}

FailureMail failure_mail_from_json(const std::string& text) {
  try {
    const auto json = FailureJson::parse(text);
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

FailureLetter compose(Parts& parts, const FailureMail& mail) {
  auto facts = mail.facts;
  facts.logo = logo_for_mail(parts, mail.logo_image, facts.account_name);
  auto texts = mail::render_failure(facts);
  FailureLetter letter;
  letter.facts.subject = HeaderValue::cleaned(mail.subject()).str();
  letter.facts.from = mail.from;
  letter.content = {.text = std::move(texts.text),
                    .html = std::move(texts.html),
                    .attachment = std::nullopt,
                    .boundary_seed = facts.run_id + ".notification",
                    .images = mail::images_of(facts.logo, {}, facts.run_id)};
  return letter;
}

}  // namespace reportctl::run
