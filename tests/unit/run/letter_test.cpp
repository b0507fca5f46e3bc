// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "letter.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "events.hpp"

using namespace reportctl;
using namespace reportctl::run;

TEST_CASE("the facts of a mail come back from their JSON as they were") {
  MailFacts facts;
  facts.subject = "Umsatz – „März“";
  facts.from = "Reports <reports@example.com>";
  facts.list_unsubscribe = "stop@example.com";
  facts.report.account_name = "東京 & Söhne <b>";
  facts.report.summary = {{"Orders", "12"}, {"Revenue", "1,204.50 EUR, 300 JPY"}};
  facts.report.no_data = true;
  facts.report.notice = "a\nb";
  facts.report.run_id = "0123456789abcdef";
  const auto back = facts_from_json(to_json(facts));
  CHECK(back.subject == facts.subject);
  CHECK(back.from == facts.from);
  CHECK(back.list_unsubscribe == facts.list_unsubscribe);
  CHECK(back.report.account_name == facts.report.account_name);
  CHECK(back.report.summary == facts.report.summary);
  CHECK(back.report.no_data);
  CHECK(back.report.notice == "a\nb");
  CHECK(back.report.run_id == "0123456789abcdef");
}

TEST_CASE("facts that are not JSON are an error, not a crash") {
  CHECK_THROWS_AS(facts_from_json("{"), Error);
  CHECK_THROWS_AS(facts_from_json("{}"), Error);
  CHECK_THROWS_AS(facts_from_json(""), Error);
}

TEST_CASE("F-09: the events carry exactly the payloads of the event dictionary") {
  schedule::Schedule schedule;
  schedule.id = "s1";
  schedule.definition.account = "shop";
  schedule.definition.report = "sales";
  const auto keys = [](const store::AuditEvent& event) {
    std::vector<std::string> names;
    const auto payload = nlohmann::ordered_json::parse(event.payload);
    for (const auto& [key, value] : payload.items()) names.push_back(key);
    return names;
  };
  using Names = std::vector<std::string>;
  const Instant now{std::chrono::seconds(0)};
  CHECK(keys(run_triggered(schedule, now)) == Names{"scheduledReportId", "runAt"});
  CHECK(keys(run_rejected(schedule, {})) == Names{"scheduledReportId", "reportType", "rejectionReason"});
  CHECK(keys(report_generated(schedule, 3)) == Names{"scheduledReportId", "reportType", "rowCount"});
  CHECK(keys(report_delivered(schedule, 2, now)) == Names{"scheduledReportId", "recipientCount", "deliveredAt"});
  CHECK(keys(delivery_failed(schedule, "550")) == Names{"scheduledReportId", "failureReason"});
  CHECK(report_delivered(schedule, 2, now).payload ==
        R"({"scheduledReportId":"s1","recipientCount":2,"deliveredAt":"1970-01-01T00:00:00Z"})");
}
