// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/text_variables.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/run/preview.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;

namespace {

class Text final : public Sink {
 public:
  void write(std::string_view bytes) override { text += bytes; }
  std::string text;
};

RunPlan plan_of(World& world, Parts& parts) {
  auto planned = plan_schedule(parts, world.stored(), world.now);
  REQUIRE(std::holds_alternative<RunPlan>(planned));
  return std::move(std::get<RunPlan>(planned));
}

}  // namespace

TEST_CASE("a preview is the beginning of the file: its columns, delimiter, headings and line ends") {
  World world;
  auto parts = world.parts();
  auto plan = plan_of(world, parts);
  plan.resolved.columns = {"visits", "page"};
  plan.resolved.csv.delimiter = ';';
  plan.resolved.csv.labels = true;
  plan.resolved.csv.crlf = true;
  const auto head = preview_file(parts, plan, 1);
  CHECK(head.csv == "Number of visits;Page\r\n5;Docs\r\n");
  CHECK(head.more);
  REQUIRE(head.columns.size() == 2);
  CHECK(head.columns[0].name == "visits");
  REQUIRE(head.rows.size() == 1);
  CHECK(head.rows[0][0].plain == "5");
  CHECK(head.rows[0][1].shown == "Docs");
  Text whole;
  CHECK(make_file(parts, plan, whole).file.rows == 2);
  CHECK(whole.text == head.csv + "12;Home\r\n");
  CHECK_FALSE(preview_file(parts, plan, 2).more);
}

TEST_CASE("the subject of a preview is that of the mail, a nameless account included") {
  World world;
  world.sql("UPDATE accounts SET name = ''");
  world.schedule.definition.subject = "{account}: {report} {period}";
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  auto parts = world.parts();
  const auto plan = plan_of(world, parts);
  CHECK(preview_texts(parts, plan, world.schedule.definition).subject == "acme: Visits 2026-03-16");
  CHECK(preview_mail(parts, plan, world.schedule, world.now).subject == "acme: Visits 2026-03-16");
}

TEST_CASE("a stored file is the made one, whoever it is for") {
  World world;
  auto parts = world.parts();
  const auto plan = plan_of(world, parts);
  const auto for_file = make_stored_file(parts, plan);
  const auto for_mail = make_stored_file(parts, plan, {.purpose = Purpose::mail});
  CHECK(for_file.file.sha256 == for_mail.file.sha256);
  CHECK(world.outside.files.at(for_file.file.sha256) == "page,visits\nDocs,5\nHome,12\n");
  CHECK(for_file.showing.first_rows.rows.empty());
  CHECK(for_mail.showing.first_rows.rows.size() == 2);
  CHECK(for_mail.file.summary.at(0).values == std::vector<std::string>{"17"});
}

TEST_CASE("texts name the occurrence, its days and its figures") {
  World world;
  auto& definition = world.schedule.definition;
  definition.title = "{report} of {account}";
  definition.subject = "{report}, {week}: {count} rows, {total(visits)} visits";
  definition.intro = "{name} of {slot_day}, {slot_week}\n{first_day} to {last_day}: {year}, {quarter}, {month}{{}}";
  definition.file_name = "visits-{month}_{param.unknown}{scope}";
  definition.reply_to = "Desk <desk-{year}@example.com>";
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  auto parts = world.parts();
  const auto planned = plan_schedule(parts, world.stored(), at("2027-01-04T06:00:00Z"));
  CHECK(std::holds_alternative<Rejection>(planned));  // {param.unknown}
  definition.file_name = "visits-{month}_{scope}";
  world.schedule.revision = world.stored().revision;
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  const auto again = plan_schedule(parts, world.stored(), at("2027-01-04T06:00:00Z"));
  REQUIRE(std::holds_alternative<RunPlan>(again));
  const auto& plan = std::get<RunPlan>(again);
  // 2027-01-03 is the Sunday of 2026-W53.
  const auto texts = preview_texts(parts, plan, definition);
  CHECK(texts.subject == "Visits of Acme Ltd, 2026-W53: 2 rows, 17 visits");
  CHECK(texts.intro == "morning of 2027-01-04, 2027-W01\n2027-01-03 to 2027-01-03: 2027, 2027-Q1, 2027-01{}");
  CHECK(plan.file_name == "visits-2027-01_Acme-Ltd.csv");
  REQUIRE(plan.reply_to);
  CHECK(plan.reply_to->str() == "Desk <desk-2027@example.com>");
  CHECK(plan.resolved.title == "Visits of Acme Ltd");
}

TEST_CASE("every variable that a text may name has a value, and values are no templates") {
  World world;
  world.sql("UPDATE accounts SET name = '{name}'");
  world.schedule.definition.intro = "{data_until}";  // asks the source, so only where a text names it
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  auto parts = world.parts();
  const auto plan = plan_of(world, parts);
  for (const auto& name :
       catalog::text_variables(*plan.resolved.report, {}, catalog::Surface::schedule, catalog::TextMoment::before_rows)) {
    CAPTURE(name);
    CHECK(plan.text_values.contains(name));
  }
  auto definition = world.schedule.definition;
  for (const auto& name :
       catalog::text_variables(*plan.resolved.report, {}, catalog::Surface::schedule, catalog::TextMoment::after_rows))
    definition.intro += "<{" + name + "}>";
  const auto intro = preview_texts(parts, plan, definition).intro;
  CHECK(contains(intro, "<{name}>"));
  CHECK(contains(intro, "<2><17>"));
  CHECK_FALSE(contains(intro, "<{total(visits)}>"));
}

TEST_CASE("the letter carries its introduction and Reply-To, and a mail keeps them when the schedule changes") {
  World world;
  world.schedule.definition.intro = "{count} rows.";
  world.schedule.definition.reply_to = "desk@example.com";
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.answers({deferred()});
  world.settings.policy.retries = 3;
  world.run_due();
  auto changed = world.stored();
  changed.definition.intro = "Something else.";
  store::edit_schedule(world.state, changed, {}, world.now);
  world.now += std::chrono::hours(1);
  world.run_due();
  REQUIRE(world.outside.sent.size() == 2);
  CHECK(world.outside.sent[0].bytes == world.outside.sent[1].bytes);
  CHECK(contains(world.outside.sent[1].bytes, "\r\nReply-To: <desk@example.com>\r\n"));
  CHECK(contains(unfolded(world.outside.sent[1].bytes), "2 rows."));
}

TEST_CASE("a Reply-To that its values make outside of the allowed domains rejects the run") {
  World world;
  world.sql("UPDATE accounts SET allowed_domains = '[\"example.com\"]', name = 'x@evil.example, a'");
  world.schedule.definition.reply_to = "{account}@example.com";
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.run_due();
  CHECK(world.run().state == store::RunState::rejected);
  CHECK(contains(world.run().reason, "reply_to: "));
  for (const auto& letter : world.outside.sent) CHECK(letter.to != "ann@example.com");
}

TEST_CASE("several formats are written from one reading of the rows, stored, attached and recorded") {
  World world;
  world.schedule.definition.format = "csv,xlsx";
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  CHECK(world.run_due().ended.at(0).state == store::RunState::delivered);
  CHECK(world.outside.queries == 1);
  const auto files = store::run_files(world.state, world.run());
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "visits_acme_2026-03-16.csv");
  CHECK(files[1].name == "visits_acme_2026-03-16.xlsx");
  CHECK(files[1].format == "xlsx");
  for (const auto& file : files) {
    REQUIRE(world.outside.files.contains(file.sha256));
    CHECK(static_cast<std::int64_t>(world.outside.files.at(file.sha256).size()) == file.bytes);
    CHECK(contains(world.outside.sent.at(0).bytes, "filename=" + file.name));
  }
  CHECK(world.outside.files.at(files[1].sha256).starts_with("PK"));
}

TEST_CASE("further reports are files of the same mail, and none is there if one of them fails") {
  for (const int failing : {0, 3}) {
    World world;
    world.outside.failing_query = failing;
    world.schedule.definition.also = {
        {.report = "visits", .window = {}, .format = "xlsx,csv", .sheet = {}, .parameters = {}, .columns = {"page"}},
        {.report = "visits", .window = {}, .format = {}, .sheet = {}, .parameters = {}, .columns = {"visits"}}};
    world.schedule.definition.file_name = "pages";
    store::edit_schedule(world.state, world.schedule, {}, world.now);
    const auto ended = world.run_due().ended.at(0).state;
    const auto files = store::run_files(world.state, world.run());
    if (failing > 0) {
      CHECK(ended == store::RunState::failed);
      CHECK(files.empty());
      CHECK(world.outside.files.empty());
      for (const auto& letter : world.outside.sent) CHECK_FALSE(contains(letter.to, "ann@"));
      continue;
    }
    CHECK(ended == store::RunState::delivered);
    CHECK(world.outside.sent.size() == 1);
    REQUIRE(files.size() == 4);
    CHECK(files[0].name == "pages.csv");
    CHECK(files[1].format == "xlsx");
    CHECK(files[2].format == "csv");
    CHECK(files[3].name != files[2].name);
    for (const auto& file : files) {
      CHECK(file.rows == 2);
      CHECK(contains(unfolded(world.outside.sent.at(0).bytes), file.name));
    }
    CHECK(world.outside.files.at(files[2].sha256) == "page\nDocs\nHome\n");
    CHECK(world.outside.files.at(files[3].sha256) == "visits\n5\n12\n");
  }
}

TEST_CASE("reports of a workbook are sheets of one file") {
  World world;
  world.schedule.definition.format = "xlsx";
  world.schedule.definition.workbook = true;
  world.schedule.definition.also = {
      {.report = "visits", .window = {}, .format = {}, .sheet = "Pages", .parameters = {}, .columns = {"page"}}};
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  CHECK(world.run_due().ended.at(0).state == store::RunState::delivered);
  CHECK(world.outside.queries == 2);
  const auto files = store::run_files(world.state, world.run());
  REQUIRE(files.size() == 1);
  const auto& bytes = world.outside.files.at(files[0].sha256);
  CHECK(static_cast<std::int64_t>(bytes.size()) == files[0].bytes);
  for (const char* part : {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"})
    CHECK(contains(bytes, part));
  CHECK_FALSE(contains(bytes, "sheet4.xml"));
  CHECK(contains(unfolded(world.outside.sent.at(0).bytes), "4 rows"));
}

TEST_CASE("the limit of a mail holds for all of its files together") {
  std::uint64_t limit = 1'000'000;
  for (const char* formats : {"csv", "csv", "csv,xlsx"}) {
    World world;
    world.settings.mail.oversize = settings::Oversize::link;
    world.settings.mail.max_message_bytes = limit;
    world.schedule.definition.format = formats;
    store::edit_schedule(world.state, world.schedule, {}, world.now);
    world.outside.visits.assign(10'000, {"Docs", 5});
    CHECK(world.run_due().ended.at(0).state == store::RunState::delivered);
    limit = static_cast<std::uint64_t>(world.deliveries().at(0).message_bytes);  // that of the CSV file alone fits next time
    const auto mail = unfolded(world.outside.sent.at(0).bytes);
    const bool is_linked = std::string_view(formats) != "csv";
    CHECK(contains(mail, "Content-Disposition: attachment") != is_linked);
    CHECK(contains(mail, "/visits_acme_2026-03-16.csv") == is_linked);
    CHECK(contains(mail, "/visits_acme_2026-03-16.xlsx") == is_linked);
  }
}
