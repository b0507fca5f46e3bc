// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
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
  CHECK(subject_of(plan, world.schedule.definition) == "acme: Visits 2026-03-16");
  CHECK(preview_mail(parts, plan, world.schedule).subject == "acme: Visits 2026-03-16");
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
