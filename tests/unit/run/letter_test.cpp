// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "letter.hpp"

#include "reportctl/base/error.hpp"

#include <doctest/doctest.h>

#include "reportctl/store/audit.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;

TEST_CASE("the facts of a mail come back from their JSON as they were") {
  MailFacts facts;
  facts.subject = "Umsatz – „März“";
  facts.from = "Reports <reports@example.com>";
  facts.list_unsubscribe = "stop@example.com";
  facts.report.account_name = "東京 & Söhne <b>";
  facts.report.summary = {{"Orders", {"12"}}, {"Revenue", {"1,204.50 EUR", "300 A, B"}}};
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

TEST_CASE("what a mail shows comes back too; of the logo its hash") {
  MailFacts facts;
  auto& report = facts.report;
  report.summary = {{"Revenue", {"1,204.50 EUR", "300 JPY"}, {"+12.5 %", "new"}}};
  report.compared_with = "2026-02-01 to 2026-02-28";
  report.chart = {
      .content_type = "image/png", .bytes = std::string("\x89PNG\0\xff", 6), .alt = "A chart", .width = 526, .height = 276};
  report.first_rows = {.columns = {{"Name", false, false}, {"Total", true, true}}, .rows = {{"a<b>", "1"}, {"", "2"}}, .more = 7};
  facts.logo_image = std::string(64, 'a');
  report.logo = {.content_type = "image/png", .bytes = "not stored here", .alt = "x", .width = 1, .height = 1};
  const auto back = facts_from_json(to_json(facts));
  CHECK(back.report.summary == report.summary);
  CHECK(back.report.compared_with == report.compared_with);
  CHECK(back.report.chart == report.chart);
  CHECK(back.report.first_rows == report.first_rows);
  CHECK(back.logo_image == facts.logo_image);
  CHECK(back.report.logo == mail::Picture{});
}

TEST_CASE("facts of the version before these were kept are read") {
  const auto back = facts_from_json(
      R"({"subject":"S","from":"a@b.example","list_unsubscribe":"","account_name":"A","brand_color":"","schedule_name":"s",)"
      R"("report_label":"R","period":"p","timezone":"UTC","scope":"","row_count":"1 row","summary":[["Orders","12"],["Revenue","1,204.50 EUR, 300 JPY","+12.5 %, new"]],)"
      R"("no_data":false,"attachment_name":"a.csv","attachment_size":"1 bytes","notice":"","generated_at":"g","why":"w","run_id":"r"})");
  CHECK(back.report.summary ==
        std::vector<mail::Figure>{{"Orders", {"12"}}, {"Revenue", {"1,204.50 EUR", "300 JPY"}, {"+12.5 %", "new"}}});
  CHECK(back.report.chart.bytes.empty());
  CHECK(back.report.first_rows.rows.empty());
  CHECK(back.logo_image.empty());
}

TEST_CASE("facts that are not JSON are an error, not a crash") {
  CHECK_THROWS_AS(facts_from_json("{"), Error);
  CHECK_THROWS_AS(facts_from_json("{}"), Error);
  CHECK_THROWS_AS(facts_from_json(""), Error);
}

TEST_CASE("each step of a run is in the audit log, with exactly the payload of reportctl-audit(1)") {
  World world;
  const auto payloads = [&] {
    std::vector<std::string> shown;
    for (const auto& record : store::list_audit(world.state, {.subject = world.schedule.id, .limit = 0}))
      if (record.event.actor == store::kRunActor) shown.insert(shown.begin(), record.event.name + " " + record.event.payload);
    return shown;
  };
  const auto id = R"({"scheduledReportId":")" + world.schedule.id + '"';
  using Texts = std::vector<std::string>;
  world.run_due();
  auto run_id = R"(,"runId":")" + world.run().id + '"';
  Texts expected{"ScheduledRunTriggered " + id + R"(,"runAt":"2026-03-17T06:00:30Z"})",
                 "ScheduledReportGenerated " + id + R"(,"reportType":"visits","rowCount":2})",
                 "ScheduledReportDelivered " + id + R"(,"recipientCount":1,"deliveredAt":"2026-03-17T06:00:30Z"})",
                 "ScheduledReportSent " + id + run_id + "}"};
  CHECK(payloads() == expected);

  world.now += std::chrono::days(1);
  world.answers({refused()});
  world.run_due();
  run_id = R"(,"runId":")" + world.run().id + '"';
  const std::string why = R"("1 of 1 recipients did not get it; ann@example.com: 550 no such user")";
  for (const auto& text : Texts{"ScheduledRunTriggered " + id + R"(,"runAt":"2026-03-18T06:00:30Z"})",
                                "ScheduledReportGenerated " + id + R"(,"reportType":"visits","rowCount":2})",
                                "ScheduledReportDeliveryFailed " + id + R"(,"failureReason":)" + why + "}",
                                "ScheduledReportFailed " + id + run_id + R"(,"error":)" + why + "}"})
    expected.push_back(text);
  CHECK(payloads() == expected);

  world.now += std::chrono::days(1);
  world.sql("UPDATE schedules SET owner = 'm-gone'");
  world.run_due();
  const auto rejected = payloads().at(9);
  CHECK(contains(rejected,
                 "ScheduledRunRejected " + id + R"(,"reportType":"visits","rejectionReason":[{"code":"role_not_permitted",)"));
  CHECK(contains(payloads().at(10), "ScheduledReportFailed " + id));
  CHECK(payloads().size() == 11);
}
