// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

using Values = std::vector<std::string>;

Draft on(const std::string& report, const char* cadence, const char* weekday, const char* day) {
  Draft draft = draft_for(report);
  draft.request.cadence = cadence;
  draft.request.on = weekday;
  draft.request.day = day;
  return draft;
}

std::string told_of_recipients(const World& world, const Values& recipients) {
  Draft draft = draft_for("x-turnover");
  draft.recipients.assign(recipients.begin(), recipients.end());
  return world.wrong(draft);
}

}  // namespace

TEST_CASE_FIXTURE(World, "a schedule that holds becomes a complete definition") {
  Draft draft = draft_for("x-logins");
  draft.description = " who was in \n";
  draft.request.parameters["users"] = {"u2,u1,u2"};
  draft.request.timezone = "Australia/Sydney";
  draft.recipients = {"ops@example.com", "Site Lead <lead@EXAMPLE.com>"};
  draft.subject = "{report} of {period}";
  draft.no_data = "SKIP";
  draft.extra = " {\"note\": 1} ";
  draft.active = false;
  const auto made = definition(draft);
  CHECK(made.name == "morning");
  CHECK(made.account == "acme");
  CHECK(made.description == "who was in");
  CHECK(made.report == "x-logins");
  CHECK(made.scope == schedule::Scope{});
  CHECK(made.cadence == schedule::Cadence{});
  CHECK(made.at == schedule::Times{TimeOfDay{6, 0}});
  CHECK(made.timezone == "Australia/Sydney");
  CHECK_FALSE(made.window);
  CHECK(made.lookback == 7);
  CHECK(made.format == "csv");
  CHECK(made.parameters == schedule::Parameters{{"users", {"u2", "u1"}}});
  CHECK(made.extra == "{\"note\": 1}");
  REQUIRE(made.recipients.mailboxes.size() == 2);
  CHECK(made.recipients.mailboxes[1].str() == "Site Lead <lead@example.com>");
  CHECK(made.subject == "{report} of {period}");
  CHECK(made.no_data == schedule::NoData::skip);
  CHECK_FALSE(made.active);
}

TEST_CASE_FIXTURE(World, "a stored definition written down and checked again is the same definition") {
  std::vector<Draft> drafts = {draft_for("x-power"), draft_for("x-logins"), draft_for("x-turnover"), draft_for("x-campaign"),
                               draft_for("x-stock"), draft_for("x-typed"),  draft_for("x-detail")};
  drafts.push_back(on("x-turnover", "weekly", "sun", ""));
  drafts.back().request.window = "last_month";
  drafts.push_back(on("x-campaign", "monthly", "", "31"));
  drafts.back().request.scope = "workspace:w1";
  drafts.back().request.format = "excel";
  drafts.back().request.columns = {"value"};
  drafts.back().recipients = {"\"Lead, Site\" <lead@example.com>", "Zoë <zoe@example.com>"};
  for (const Draft& draft : drafts) {
    CAPTURE(draft.request.report);
    const auto made = definition(draft);
    CHECK(definition(draft_of(made)) == made);
  }
}

TEST_CASE_FIXTURE(World, "the window of a schedule is that of its cadence at its time, or the range it names") {
  const auto window = [&](const Draft& draft) { return check_draft(draft, context).resolved.value().window; };
  Draft draft = on("x-turnover", "weekly", "mon", "");
  CHECK(window(draft) ==
        schedule::WindowChoice(schedule::CadenceChoice{
            {.kind = schedule::CadenceKind::weekly, .on = *schedule::Weekdays::parse("mon")}, {TimeOfDay{6, 0}}}));
  draft.request.window = "last_month";
  CHECK(window(draft) == schedule::WindowChoice(schedule::RangeChoice{schedule::NamedRange::last_month}));
  CHECK(definition(draft).window == schedule::NamedRange::last_month);
  CHECK(window(draft_for("x-campaign")) == schedule::WindowChoice(schedule::RangeChoice{schedule::NamedRange::last_30d}));
  CHECK(window(draft_for("x-stock")) == schedule::WindowChoice(schedule::SnapshotChoice{}));
  CHECK(window(draft_for("x-logins")) == schedule::WindowChoice(schedule::LookbackChoice{7}));
}

TEST_CASE_FIXTURE(World, "a site's zone is written into the schedule; the account's is not") {
  account.timezone = "Europe/Berlin";
  CHECK(definition(draft_for("x-power")).timezone.empty());
  context.scope_timezone = "Australia/Perth";
  CHECK(definition(draft_for("x-power")).timezone == "Australia/Perth");
}

TEST_CASE_FIXTURE(World, "cadence_not_allowed") {
  CHECK(wrong(on("x-power", "weekly", "mon", "")) == "cadence: x-power does not take weekly [cadence_not_allowed]; use daily");
  CHECK(wrong(on("x-turnover", "dayly", "", "")) ==
        "cadence: \"dayly\" is not a cadence (did you mean \"daily\"?) [cadence_not_allowed]; use daily, weekly or monthly");
  CHECK(wrong(on("x-turnover", "", "mon", "")) ==
        "cadence: a schedule needs a cadence [cadence_not_allowed]; use daily, weekly or monthly");
  CHECK(definition(on("x-power", "", "", "")).cadence.kind == schedule::CadenceKind::daily);  // the only one it takes
  CHECK(definition(on("x-turnover", "DAILY", "", "")).cadence.kind == schedule::CadenceKind::daily);
}

TEST_CASE_FIXTURE(World, "cadence_not_allowed: a day that the cadence does not have") {
  CHECK(wrong(on("x-turnover", "daily", "mon", "")) ==
        "on: only weekly schedules have a weekday [cadence_not_allowed]; leave it out, or use cadence weekly");
  CHECK(wrong(on("x-turnover", "weekly", "mon", "3")) ==
        "day: only monthly schedules have a day of the month [cadence_not_allowed]; leave it out, or use cadence monthly");
}

TEST_CASE_FIXTURE(World, "day_of_week_required") {
  CHECK(
      wrong(on("x-turnover", "weekly", "", "")) ==
      "on: a weekly schedule needs a weekday [day_of_week_required]; use mon … sun, 1 (Monday) to 7 (Sunday), several (mon,thu), "
      "mon-fri or workdays");
  for (const char* wrong_day : {"0", "8", "someday"})
    CHECK(wrong(on("x-turnover", "weekly", wrong_day, ""))
              .starts_with(fmt::format("on: \"{}\" is not a weekday [day_of_week_required]; use mon", wrong_day)));
  CHECK(definition(on("x-turnover", "weekly", "Sunday", "")).cadence.on.str() == "sun");
  CHECK(definition(on("x-turnover", "WEEKLY", "7", "")).cadence.on.str() == "sun");
}

TEST_CASE_FIXTURE(World, "day_of_month_out_of_range: the module says how far") {
  CHECK(wrong(on("x-turnover", "monthly", "", "")) ==
        "day: a monthly schedule needs a day of the month [day_of_month_out_of_range]; use 1 to 28, last, 2nd workday, last fri, "
        "or 15 or next workday");
  CHECK(wrong(on("x-turnover", "monthly", "", "29")) ==
        "day: x-turnover takes days 1 to 28, not 29 [day_of_month_out_of_range]; use 1 to 28, last, 2nd workday, last fri, or 15 "
        "or next workday");
  for (const char* wrong_day : {"0", "32", "-1", "1st", "4294967297"})
    CHECK(wrong(on("x-campaign", "monthly", "", wrong_day)) ==
          fmt::format("day: \"{}\" is not a day of the month [day_of_month_out_of_range]; use 1 to 31, last, 2nd workday, last "
                      "fri, or 15 or next workday",
                      wrong_day));
  CHECK(definition(on("x-turnover", "monthly", "", "28")).cadence.day.str() == "28");
  CHECK(definition(on("x-campaign", "monthly", "", "31")).cadence.day.str() == "31");
  CHECK(definition(on("x-turnover", "monthly", "", "2nd workday")).cadence.day.str() == "2nd workday");
}

TEST_CASE_FIXTURE(World, "rhythm_invalid: months, weeks, the first and the last day") {
  auto draft = on("x-turnover", "weekly", "mon,thu", "");
  draft.request.weeks = "2";
  CHECK(wrong(draft) == "start: weeks are counted from the first day [rhythm_invalid]; give start, as YYYY-MM-DD");
  draft.request.start = "2027-01-08";
  CHECK(definition(draft).cadence.weeks == 2);
  draft.request.weeks = "53";
  CHECK(wrong(draft) == "weeks: \"53\" is not a number of weeks [rhythm_invalid]; use 2 for every second week, up to 52");
  draft.request.weeks.reset();
  draft.request.end = "soon";
  CHECK(wrong(draft) == "end: \"soon\" is not a day [rhythm_invalid]; write YYYY-MM-DD");
  draft = on("x-turnover", "monthly", "", "1");
  draft.request.months = "jan,apil";
  CHECK(wrong(draft) == "months: \"jan,apil\" is not a month [rhythm_invalid]; use jan … dec, several (jan,apr) or jan-mar");
  draft = on("x-turnover", "daily", "", "");
  draft.request.months = "jan";
  CHECK(wrong(draft) == "months: only monthly schedules have months [cadence_not_allowed]; leave it out, or use cadence monthly");
}

TEST_CASE_FIXTURE(World, "time_invalid") {
  CHECK(
      told_of(*this, &Draft::at, "").starts_with("at: a schedule needs a time [time_invalid]; write HH:MM, from 00:00 to 23:59"));
  CHECK(told_of(*this, &Draft::at, "08:00,08:10") ==
        "at: 08:00 and 08:10 are less than 15 minutes apart [time_invalid]; leave 15 minutes or more between two times");
  for (const char* text : {"24:00", "006:00", "06:60", "06:00:30", "06:00:0", "6am"})
    CHECK(
        told_of(*this, &Draft::at, text)
            .starts_with(fmt::format("at: \"{}\" is not a time of day [time_invalid]; write HH:MM, from 00:00 to 23:59", text)));
}

TEST_CASE_FIXTURE(World, "recipient_required") {
  CHECK(told_of_recipients(*this, {}) == "to: no recipient [recipient_required]; add at least one address");
}

TEST_CASE_FIXTURE(World, "recipient_invalid says which and why") {
  CHECK(told_of_recipients(*this, {"ops@example.com", "nobody"}) ==
        "to[2]: \"nobody\" is not an address: no @ [recipient_invalid]; write name@example.com or Name <name@example.com>");
  CHECK(told_of_recipients(*this, {"a@example.com,b@example.com"}).ends_with("[recipient_invalid]; give one address each time"));
  for (const char* hostile : {"a@example.com\r\nBcc: b@example.com", "a@b", "a b@example.com", "", "<>", "a@example.com\x01"})
    CHECK(told_of_recipients(*this, {hostile}).find("[recipient_invalid]") != std::string::npos);
}

TEST_CASE_FIXTURE(World,
                  "recipient_invalid: an address that a server may pass on to another domain, a name that hides something") {
  for (const char* to :
       {"a%evil.example@example.com", "evil.example!a@example.com", "\u202Ename <a@example.com>", "x\u009b <a@example.com>"}) {
    CAPTURE(to);
    CHECK(told_of_recipients(*this, {to}).starts_with("to[1]: "));
    CHECK(told_of_recipients(*this, {to}).find("[recipient_invalid]") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(World, "recipient_duplicate, by address and not by spelling") {
  CHECK(told_of_recipients(*this, {"Ops <ops@example.com>", "lead@example.com", "ops@EXAMPLE.com"}) ==
        "to[3]: ops@example.com is the same address as to[1] [recipient_duplicate]; name it once");
}

TEST_CASE_FIXTURE(World, "recipient_not_allowed, without telling which domains are") {
  context.allowed_domains = {"Example.com", "partner.example", "bücher.example"};
  CHECK(told_of_recipients(*this, {"a@example.com", "b@xn--bcher-kva.example", "c@bücher.example"}).find("not_allowed") ==
        std::string::npos);
  const std::string told = told_of_recipients(*this, {"a@example.com", "b@evil.example"});
  CHECK(told ==
        "to[2]: reports of this account may not be sent to b@evil.example [recipient_not_allowed]; use an address of an allowed "
        "domain, or "
        "ask an operator to allow this one");
  CHECK(told_of_recipients(*this, {"a@sub.example.com"}).find("recipient_not_allowed") != std::string::npos);
  CHECK(told_of_recipients(*this, {"a@notexample.com"}).find("recipient_not_allowed") != std::string::npos);
  // The account narrows the configuration's list and cannot widen it.
  account.allowed_domains = {"partner.example", "evil.example"};
  CHECK(told_of_recipients(*this, {"a@partner.example"}).empty());
  CHECK(told_of_recipients(*this, {"a@example.com"}).find("recipient_not_allowed") != std::string::npos);
  CHECK(told_of_recipients(*this, {"a@evil.example"}).find("recipient_not_allowed") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "any number of recipients") {
  Values many;
  for (int i = 0; i < 5000; ++i) many.push_back(fmt::format("user{}@example.com", i));
  CHECK(told_of_recipients(*this, many).empty());
}

TEST_CASE_FIXTURE(World, "name_invalid") {
  CHECK(told_of(*this, &Draft::name, "  ") ==
        "name: the name is empty [name_invalid]; give the schedule a name, unique in its account");
  CHECK(told_of(*this, &Draft::name, "a\x1b[2Jb") ==
        "name: \"a\\x1b[2Jb\" has control characters or is not UTF-8 [name_invalid]; write plain text");
  CHECK(told_of(*this, &Draft::name,
                "a\xE2\x80\xAE"
                "b")
            .find("name_invalid") != std::string::npos);
  CHECK(told_of(*this, &Draft::name, std::string(256, 'x')) ==
        "name: the name has 256 characters [name_invalid]; use at most 255");
  std::string hundred;
  for (int i = 0; i < 255; ++i) hundred += "ü";
  CHECK(told_of(*this, &Draft::name, hundred).empty());
}

TEST_CASE_FIXTURE(World, "description_invalid") {
  CHECK(told_of(*this, &Draft::description, "two\nlines\tand a tab").empty());
  CHECK(told_of(*this, &Draft::description, "\x07") ==
        "description: the description has control characters or is not UTF-8 [description_invalid]; write plain text; line "
        "breaks and tabs "
        "are fine");
  CHECK(told_of(*this, &Draft::description, std::string(2001, 'x')) ==
        "description: the description has 2001 characters [description_invalid]; use at most 2000");
}

TEST_CASE_FIXTURE(World, "subject_invalid: nothing that could forge a header") {
  CHECK(told_of(*this, &Draft::subject, "{report} – {period}").empty());
  CHECK(told_of(*this, &Draft::subject, "a\r\nBcc: b@example.com") ==
        "subject: \"a\\x0d\\x0aBcc: b@example.com\" has control characters or is not UTF-8 [subject_invalid]; write one line of "
        "plain text");
  CHECK(told_of(*this, &Draft::subject,
                "a\xE2\x80\xA8"
                "b")
            .find("subject_invalid") != std::string::npos);
  CHECK(told_of(*this, &Draft::subject, std::string(201, 'x')) ==
        "subject: the subject has 201 characters [subject_invalid]; use at most 200");
}

TEST_CASE_FIXTURE(World, "extra_invalid: a JSON object, of sane size and depth") {
  const char* hint = R"([extra_invalid]; write a JSON object, like {"note": "for the board"})";
  CHECK(told_of(*this, &Draft::extra, "{\"a\": [1, {\"b\": \"}]{[\"}]}").empty());
  CHECK(told_of(*this, &Draft::extra, "{") == fmt::format("extra: it is not valid JSON {}", hint));
  CHECK(told_of(*this, &Draft::extra, "{} {}") == fmt::format("extra: it is not valid JSON {}", hint));
  CHECK(told_of(*this, &Draft::extra, "{\"a\": \"\xff\"}") == fmt::format("extra: it is not valid JSON {}", hint));
  CHECK(told_of(*this, &Draft::extra, "[1]") == fmt::format("extra: it is a JSON array, not an object {}", hint));
  CHECK(told_of(*this, &Draft::extra, "null") == fmt::format("extra: it is a JSON null, not an object {}", hint));
  const std::string deep = "{\"a\": " + std::string(30000, '[') + std::string(30000, ']') + "}";
  CHECK(told_of(*this, &Draft::extra, deep) == fmt::format("extra: it nests deeper than 16 levels {}", hint));
  CHECK(told_of(*this, &Draft::extra, "{\"a\": " + std::string(60000, '[')) ==
        fmt::format("extra: it nests deeper than 16 levels {}", hint));
  CHECK(told_of(*this, &Draft::extra, std::string(70000, '{')) ==
        fmt::format("extra: it has 70000 bytes, more than 65536 {}", hint));
  CHECK(told_of(*this, &Draft::extra, "{\"a\":" + std::string(15, '[') + std::string(15, ']') + "}").empty());
  for (const char* field : {"columns", "csv"})
    CHECK(told_of(*this, &Draft::extra, fmt::format("{{\"{}\": []}}", field)) ==
          fmt::format("extra: {} is a field of its own [extra_invalid]; move it out of extra", field));
}

TEST_CASE_FIXTURE(World, "chosen columns are kept with the schedule, beside its extra configuration") {
  Draft draft = draft_for("x-turnover");
  draft.extra = R"({"note": "x"})";
  draft.request.columns = {" NAME"};
  const auto check = check_draft(draft, context);
  REQUIRE(check.definition);
  CHECK(check.resolved->columns == Values{"name"});
  CHECK(check.definition->columns == Values{"name"});
  CHECK(check.definition->extra == draft.extra);
  CHECK(check_draft(draft_of(*check.definition), context).resolved->columns == Values{"name"});
  draft.request.columns = {"vlaue"};
  CHECK(wrong(draft) ==
        "columns[1]: there is no column \"vlaue\" (did you mean \"value\"?) [column_unknown]; it has name, value");
}

TEST_CASE_FIXTURE(World, "the style of CSV is kept as far as it differs from the default") {
  Draft draft = draft_for("x-turnover");
  draft.request.csv = {.bom = true, .crlf = {}, .labels = {}, .guard = {}, .delimiter = ";", .decimal = {}};
  auto check = check_draft(draft, context);
  REQUIRE(check.resolved);
  CHECK(check.resolved->csv.bom);
  CHECK_FALSE(check.resolved->csv.crlf);
  CHECK(check.resolved->csv.delimiter == ';');
  draft.request.csv = {.bom = false, .crlf = {}, .labels = true, .guard = {}, .delimiter = "TAB", .decimal = {}};
  check = check_draft(draft, context);
  REQUIRE(check.definition);
  CHECK(check.resolved->csv.delimiter == '\t');
  CHECK(check.definition->csv ==
        CsvRequest{.bom = {}, .crlf = {}, .labels = true, .guard = {}, .delimiter = "tab", .decimal = {}});
  const auto again = check_draft(draft_of(*check.definition), context);
  CHECK((again.resolved->csv.labels && !again.resolved->csv.bom && again.resolved->csv.delimiter == '\t'));
  draft.request.csv = {.bom = {}, .crlf = {}, .labels = false, .guard = {}, .delimiter = ",", .decimal = {}};
  CHECK_FALSE(definition(draft).csv.given());
}

TEST_CASE_FIXTURE(World, "csv_option_invalid: only for csv, with a sign that parts fields") {
  Draft draft = draft_for("x-turnover");
  draft.request.csv.delimiter = "colon";
  CHECK(wrong(draft) ==
        "csv.delimiter: \"colon\" is not a valid CSV delimiter [csv_option_invalid]; use comma, semicolon, tab or pipe");
  draft.request.csv.delimiter = ";";
  draft.request.format = "xlsx";
  CHECK(wrong(draft) ==
        "csv: bom, crlf, decimal, delimiter, guard and labels are for csv, and the format is xlsx [csv_option_invalid]; leave "
        "them out, or choose "
        "csv");
}

TEST_CASE_FIXTURE(World, "JSON is had on demand and by export, not by schedule: nobody opens it from a mail") {
  for (const char* format : {"json", "jsonl"}) {
    Request request = request_of("x-figures");
    request.format = format;
    CHECK(resolved(request).format == format);
    Draft draft = draft_for("x-figures");
    draft.request.format = format;
    CHECK(wrong(draft) ==
          fmt::format("format: x-figures is not available as {} when it is scheduled [format_not_allowed]; use csv or "
                      "xlsx",
                      format));
  }
}

TEST_CASE_FIXTURE(World, "no_data_invalid") {
  CHECK(told_of(*this, &Draft::no_data, "ignore") ==
        "no_data: \"ignore\" is neither send nor skip [no_data_invalid]; use send (the mail goes out and says so) or skip");
  CHECK_FALSE(definition(draft_for("x-turnover")).no_data);
}

TEST_CASE_FIXTURE(World, "retries_out_of_range and missed_invalid") {
  for (const auto* wrong : {"-1", "101", "many", "1.5"})
    CHECK(told_of(*this, &Draft::retries, wrong).find("is not a number from 0 to 100 [retries_out_of_range]") !=
          std::string::npos);
  CHECK(told_of(*this, &Draft::missed, "never").find("\"never\" is not coalesce, all or skip [missed_invalid]") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(World, "a schedule with everything wrong is told everything, in the order of the fields") {
  Draft draft;
  draft.request.report = "x-campaign";
  draft.request.scope = "depot:north";
  draft.request.window = "yesterday";
  draft.request.timezone = "Nowhere";
  draft.request.format = "json";
  draft.request.parameters["x"] = {"1"};
  draft.request.cadence = "monthly";
  draft.at = "noon";
  draft.recipients = {"x"};
  draft.subject = "\n\x01";
  draft.extra = "[]";
  draft.no_data = "?";
  draft.description = "\x01";
  std::vector<std::string> told;
  for (const auto& violation : check_draft(draft, context).violations) told.push_back(violation.field);
  CHECK(told == std::vector<std::string>{"name", "description", "scope", "window", "timezone", "format", "params.x", "day", "at",
                                         "to[1]", "subject", "extra", "no_data"});
}

TEST_CASE_FIXTURE(World, "rules are checked again at run, against the module and the account as they are now") {
  account.features = {"raw-logs"};
  const auto stored = definition(draft_for("x-logs"));
  account.features = {};
  CHECK(wrong(draft_of(stored)).find("feature_disabled") != std::string::npos);
  auto older = definition(draft_for("x-power"));
  older.lookback = 60;  // allowed when the cap was higher
  CHECK(wrong(draft_of(older)) == "lookback: 60 days is more than x-power allows (31) [lookback_out_of_range]; use 1 to 31");
  older.at.clear();
  CHECK(wrong(draft_of(older)).find("time_invalid") != std::string::npos);
}
