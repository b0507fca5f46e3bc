// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "reportctl/mail/templates.hpp"

using namespace reportctl;
using namespace reportctl::mail;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

ReportFacts facts() {
  ReportFacts made;
  made.account_name = "Acme Ltd";
  made.brand_color = "#0b7a5f";
  made.schedule_name = "morning-power";
  made.report_label = "Charging Sessions";
  made.period = "2026-03-16 to 2026-03-22";
  made.timezone = "Australia/Sydney";
  made.scope = "North Depot";
  made.row_count = "1,204 rows";
  made.summary = {{"Sessions", {"1,204"}}, {"Energy (kWh)", {"48,210.375"}}};
  made.attachment_name = "charging-sessions_north.csv";
  made.attachment_size = "182 KB";
  made.generated_at = "2026-03-23 06:00 AEDT";
  made.why = "You get this because you are a recipient. Ask Ann.";
  made.run_id = "8f3a1c09d2b47e55";
  return made;
}

FailureFacts failure() {
  FailureFacts made;
  made.account_name = "Acme Ltd";
  made.schedule_name = "morning-power";
  made.report_label = "Charging Sessions";
  made.outcome = "delivery failed";
  made.sentence = "The report was made, but one recipient did not get it.";
  made.period = "2026-03-16 to 2026-03-22";
  made.slot = "2026-03-23 06:00 AEDT";
  made.recipients = {{"lead@example.com", "550 5.1.1 no such user"}};
  made.fix = "reportctl runs resend 8f3a1c09d2b47e55 --only failed";
  made.next_run = "2026-03-24 06:00 AEDT";
  made.failure_count = "3rd in a row";
  made.run_id = "8f3a1c09d2b47e55";
  return made;
}

}  // namespace

TEST_CASE("the report mail says everything in both parts") {
  const ReportFacts given = facts();
  Texts texts = render_report(given);
  for (std::size_t at = texts.html.find("<wbr>"); at != std::string::npos; at = texts.html.find("<wbr>")) texts.html.erase(at, 5);
  for (const std::string* part : {&texts.text, &texts.html})
    for (const std::string& fact :
         {given.account_name, given.schedule_name, given.report_label, given.period, given.timezone, given.scope, given.row_count,
          given.attachment_name, given.attachment_size, given.generated_at, given.why, given.run_id, std::string("Energy (kWh)"),
          std::string("48,210.375")}) {
      CAPTURE(fact);
      CHECK(has(*part, fact));
    }
  CHECK(has(texts.html, "#0b7a5f"));
  CHECK_FALSE(has(texts.text, "There is no data"));
  CHECK_FALSE(has(texts.html, "There is no data"));
}

TEST_CASE("the text part reads well on its own") {
  CHECK(render_report(facts()).text ==
        "Charging Sessions\n"
        "2026-03-16 to 2026-03-22 (Australia/Sydney)\n"
        "Acme Ltd · North Depot\n"
        "\n"
        "  Sessions           1,204\n"
        "  Energy (kWh)  48,210.375\n"
        "\n"
        "Attached: charging-sessions_north.csv (1,204 rows, 182 KB)\n"
        "\n"
        "-- \n"
        "You get this because you are a recipient. Ask Ann.\n"
        "Schedule: morning-power\n"
        "Generated 2026-03-23 06:00 AEDT\n"
        "Run 8f3a1c09d2b47e55\n");
}

TEST_CASE("the text part has figures, changes and the first rows in columns") {
  ReportFacts given = facts();
  given.summary = {{"Orders", {"12"}, {"+33.3 %"}}, {"Revenue", {"1,204.50 EUR", "300 JPY"}, {"+12.5 %", "new"}}};
  given.compared_with = "Compared with 2026-03-09 to 2026-03-15";
  given.first_rows = {.columns = {{"Day", false, false}, {"Total", true, false}},
                      .rows = {{"2026-03-16", "9.50 EUR"}, {"Łódź", "1,000.00 EUR"}},
                      .more = 1234};
  CHECK(render_report(given).text ==
        "Charging Sessions\n"
        "2026-03-16 to 2026-03-22 (Australia/Sydney)\n"
        "Acme Ltd · North Depot\n"
        "\n"
        "  Orders             12  +33.3 %\n"
        "  Revenue  1,204.50 EUR  +12.5 %\n"
        "                300 JPY  new\n"
        "\n"
        "  Compared with 2026-03-09 to 2026-03-15\n"
        "\n"
        "The first 2 rows\n"
        "  Day                Total\n"
        "  2026-03-16      9.50 EUR\n"
        "  Łódź        1,000.00 EUR\n"
        "  … and 1,234 more rows in the attachment\n"
        "\n"
        "Attached: charging-sessions_north.csv (1,204 rows, 182 KB)\n"
        "\n"
        "-- \n"
        "You get this because you are a recipient. Ask Ann.\n"
        "Schedule: morning-power\n"
        "Generated 2026-03-23 06:00 AEDT\n"
        "Run 8f3a1c09d2b47e55\n");
}

TEST_CASE("times, single words and short names are not broken on a phone") {
  for (const char* text : {"2026-03-17 06:00", "Bus hall A", "Wedding", "unbrokenworkshop-north"}) CHECK(mail::is_unbroken(text));
  for (const char* text : {"The old bus hall A", "Customer services"}) CHECK_FALSE(mail::is_unbroken(text));
}

TEST_CASE("columns that only a wide screen shows are named on a narrow one") {
  ReportFacts given = facts();
  given.first_rows = {.columns = {{"Day", false, false}, {"Note", false, true}, {"Total", true, false}},
                      .rows = {{"1", "2", "3"}}};
  const Texts texts = render_report(given);
  CHECK(has(texts.html, "<div class=\"narrow\" style=\"max-height:0;"));
  CHECK(has(texts.html, ">On a wider screen, 1 more column: Note</p>"));
  CHECK_FALSE(has(texts.text, "wider"));
  given.first_rows.columns[1].wide = false;
  CHECK_FALSE(has(render_report(given).html, "wider"));
}

TEST_CASE("the name of a file is broken where its words end, and its details where the line does") {
  ReportFacts given = facts();
  given.attachment_name = "circuit-capacity_alex&ria_2026-11-16_2026-11-16.csv";
  const Texts texts = render_report(given);
  CHECK(has(texts.html, ">circuit-capacity_<wbr>alex&amp;ria_<wbr>2026-11-16_<wbr>2026-11-16.csv<wbr></div>"));
  CHECK(has(texts.text, "Attached: circuit-capacity_alex&ria_2026-11-16_2026-11-16.csv\n  (1,204 rows, 182 KB)\n"));
}

TEST_CASE("pictures are named by the run, have words for those who do not see them, or stand in the HTML itself") {
  ReportFacts given = facts();
  given.logo = {.content_type = "image/jpeg", .bytes = "foo", .alt = "Acme \"Ltd\"", .width = 20, .height = 10};
  given.chart = {.content_type = "image/png", .bytes = "bar", .alt = "Energy by day", .width = 526, .height = 276};
  const std::string html = render_report(given).html;
  CHECK(has(html, R"(<img src="cid:logo.8f3a1c09d2b47e55@reportctl" width="20" height="10" alt="Acme &quot;Ltd&quot;")"));
  CHECK(has(html, R"(<img src="cid:chart.8f3a1c09d2b47e55@reportctl" width="526" height="276" alt="Energy by day")"));
  const auto images = images_of(given.logo, given.chart, given.run_id);
  REQUIRE(images.size() == 2);
  CHECK(images[0].content_id == "logo.8f3a1c09d2b47e55@reportctl");
  CHECK(images[0].file_name == "logo.jpg");
  CHECK(images[1].content_id == "chart.8f3a1c09d2b47e55@reportctl");
  CHECK(images[1].bytes == "bar");
  const std::string alone = render_report(given, PictureLinks::data_uris).html;
  CHECK(has(alone, "src=\"data:image/jpeg;base64,Zm9v\""));
  CHECK(has(alone, "src=\"data:image/png;base64,YmFy\""));
  CHECK_FALSE(has(alone, "cid:"));
  CHECK_FALSE(has(render_report(facts()).html, "<img"));
}

TEST_CASE("a value of ten thousand letters is cut visibly, wherever it stands") {
  const std::string monster(10'000, 'x');
  ReportFacts given = facts();
  for (std::string* field : {&given.account_name, &given.schedule_name, &given.report_label, &given.period, &given.scope,
                             &given.notice, &given.why, &given.compared_with})
    *field = monster;
  given.summary = {{monster, {monster}, {monster}}};
  given.first_rows = {.columns = {{monster, false, false}}, .rows = {{monster}}, .more = 0};
  const Texts texts = render_report(given);
  for (const std::string* part : {&texts.text, &texts.html}) {
    CHECK(has(*part, "x…"));
    CHECK_FALSE(has(*part, std::string(1300, 'x')));
  }
}

TEST_CASE("an empty report says so, and a notice is seen") {
  ReportFacts given = facts();
  given.no_data = true;
  given.notice = "The file was too large and is linked.";
  for (const std::string& part : {render_report(given).text, render_report(given).html}) {
    CHECK(has(part, "There is no data for this period."));
    CHECK(has(part, "The attached file contains only a header."));
    CHECK(has(part, given.notice));
  }
  given.attachment_name.clear();
  CHECK_FALSE(has(render_report(given).text, "attached file"));
  CHECK_FALSE(has(render_report(given).text, "Attached"));
}

TEST_CASE("the failure mail says what, which period, who, why and what to do") {
  FailureFacts given = failure();
  given.reasons = {{"parameter_not_found", "Charger CH-77 does not exist."}};
  const Texts texts = render_failure(given);
  for (const std::string* part : {&texts.text, &texts.html})
    for (const std::string& fact : {given.account_name, given.schedule_name, given.report_label, given.outcome, given.sentence,
                                    given.period, given.slot, given.recipients[0].first, given.recipients[0].second,
                                    given.reasons[0].first, given.reasons[0].second, given.fix, given.next_run, given.run_id}) {
      CAPTURE(fact);
      CHECK(has(*part, fact));
    }
  CHECK(has(texts.html, given.failure_count));
}

TEST_CASE("values cannot become markup, and cannot steer a terminal") {
  const std::string evil = "<script>alert('x')</script>\"&{{account}}{{{run_id}}}\x1b[2J\xe2\x80\xae";
  ReportFacts given = facts();
  for (std::string* field : {&given.account_name, &given.schedule_name, &given.report_label, &given.period, &given.timezone,
                             &given.scope, &given.row_count, &given.attachment_name, &given.attachment_size, &given.notice,
                             &given.generated_at, &given.why, &given.run_id, &given.brand_color})
    *field = evil;
  given.summary = {{evil, {evil}}};
  FailureFacts failed;
  for (std::string* field :
       {&failed.account_name, &failed.schedule_name, &failed.report_label, &failed.outcome, &failed.sentence, &failed.period,
        &failed.slot, &failed.fix, &failed.next_run, &failed.failure_count, &failed.run_id, &failed.brand_color})
    *field = evil;
  failed.reasons = failed.recipients = {{evil, {evil}}};
  for (const Texts& texts : {render_report(given), render_failure(failed)}) {
    CHECK_FALSE(has(texts.html, "<script"));
    CHECK_FALSE(has(texts.html, "'x'"));
    CHECK_FALSE(has(texts.html, "\"&{"));
    CHECK(has(texts.html, "&lt;script&gt;"));
    for (const std::string* part : {&texts.text, &texts.html}) {
      CHECK(has(*part, "{{account}}{{{run_id}}}"));  // a value is not read as a template
      CHECK_FALSE(has(*part, "\x1b"));
      CHECK_FALSE(has(*part, "\xe2\x80\xae"));
    }
  }
}

TEST_CASE("a colour is `#rrggbb` or the house's own") {
  ReportFacts given = facts();
  for (const char* color : {"", "red", "#12345", "#12345g", "#1234567", "url(x)", "#123456;background:url(http://x)"}) {
    given.brand_color = color;
    CHECK(has(render_report(given).html, "background-color:#2459a6"));
  }
}

TEST_CASE("text on the account's colour can be read") {
  ReportFacts given = facts();
  // White has 1.37, 2.84 and 2.87 to one on the first three (WebAIM's contrast checker), 7.0 and 5.1 on the others.
  for (const char* light : {"#00ff00", "#e67e22", "#27ae60", "#ffd23f", "#1da1f2"}) {
    given.brand_color = light;
    CHECK(has(render_report(given).html, "color:#000000;\">CSV</td>"));
  }
  for (const char* dark : {"#0b3d2e", "#2459a6", "#c0392b"}) {
    given.brand_color = dark;
    CHECK(has(render_report(given).html, "color:#ffffff;\">CSV</td>"));
  }
}

TEST_CASE("no template leaves anything unescaped, and none loads anything from elsewhere") {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(REPORTCTL_ROOT "/share/templates")) {
    CAPTURE(entry.path().string());
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    CHECK_FALSE(has(text, "{{{"));
    CHECK_FALSE(has(text, "{{&"));
    for (std::size_t at = text.find("src="); at != std::string::npos; at = text.find("src=", at + 1)) {
      const std::string_view link = std::string_view(text).substr(at);
      CHECK((link.starts_with("src=\"{{logo_src}}\"") || link.starts_with("src=\"{{chart_src}}\"")));
    }
    for (std::size_t at = text.find("href="); at != std::string::npos; at = text.find("href=", at + 1))
      CHECK(std::string_view(text).substr(at).starts_with("href=\"{{download}}\""));
    CHECK_FALSE(has(text, "url("));
    const bool is_mail = entry.path().filename() != "status.html.mustache";  // a page in a browser may count time
    CHECK_FALSE((is_mail && has(text, "<script")));
    ++seen;
  }
  CHECK(seen == 5);
}

TEST_CASE("a file that is not attached is where the link leads, which is whole and escaped") {
  ReportFacts given = facts();
  given.download_url = "https://files.example.com/" + std::string(700, 'k') + "?md5=x&expires=1773727200";
  given.download_ends = "2026-03-23 07:00 (Australia/Sydney)";
  given.first_rows = {.columns = {{"Day"}}, .rows = {{"2026-03-16"}}, .more = 7};
  const Texts texts = render_report(given);
  CHECK(has(texts.text, "\n" + given.download_url + "\n"));
  CHECK(has(texts.html, "<a href=\"https://files.example.com/" + std::string(700, 'k') + "?md5=x&amp;expires=1773727200\""));
  for (const std::string* part : {&texts.text, &texts.html}) {
    CHECK(has(*part, given.download_ends));
    CHECK(has(*part, "Too large to attach"));
    CHECK(has(*part, "for anyone who has it"));
    CHECK(has(*part, "7 more rows in the file"));
    CHECK_FALSE(has(*part, "Attached"));
    CHECK_FALSE(has(*part, "in the attachment"));
  }
  given.download_url.clear();
  CHECK_FALSE(has(render_report(given).html, "<a "));
}

TEST_CASE("each of several files has its line, and its link where they are not attached") {
  ReportFacts given = facts();
  given.more_files = {{"charging-sessions_north.pdf", "1.2 MB", "98 rows", ""}};
  for (const bool linked : {false, true}) {
    if (linked) {
      given.download_url = "https://files.example.com/first";
      given.more_files[0].download_url = "https://files.example.com/second";
      given.download_ends = "2026-03-23 07:00 (Australia/Sydney)";
    }
    const Texts texts = render_report(given);
    const std::string before = linked ? "Too large to attach: " : "Attached: ";
    CHECK(has(texts.text, before + "charging-sessions_north.csv (1,204 rows, 182 KB)\n" + before +
                              "charging-sessions_north.pdf (98 rows, 1.2 MB)\n"));
    CHECK(has(texts.html, "182 KB"));
    CHECK(has(texts.html, "1.2 MB"));
    CHECK(has(texts.html, ">PDF</td>"));
    CHECK(has(texts.text, "https://files.example.com/first\nhttps://files.example.com/second\n") == linked);
    CHECK(has(texts.html, "href=\"https://files.example.com/second\"") == linked);
  }
}

TEST_CASE("an introduction stands in both parts, line by line, and is never read as HTML") {
  ReportFacts given = facts();
  given.intro = "Dear <b>team</b>,\n\n" + std::string(30, 'a') + " " + std::string(30, 'b') + " " + std::string(30, 'c');
  const auto texts = render_report(given);
  CHECK(
      has(texts.text, "Dear <b>team</b>,\n\n" + std::string(30, 'a') + " " + std::string(30, 'b') + "\n" + std::string(30, 'c')));
  CHECK(has(texts.html, "Dear &lt;b&gt;team&lt;/b&gt;,<br><br>aaa"));
  CHECK_FALSE(has(render_report(facts()).html, "Dear"));
}
