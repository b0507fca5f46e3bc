// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "schedule_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "reportctl/base/address.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/csv_delimiters.hpp"
#include "reportctl/schedule/cadence.hpp"
#include "reportctl/schedule/fields.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using schedule::Recipient;

struct OptionText {
  std::string_view field;
  const char* names;
  const char* value;
  const char* help;
};

constexpr OptionText kRequestOptions[] = {
    {"scope", "--scope", "SCOPE", "whose rows: account, depot:ID or workspace:ID"},
    {"timezone", "--timezone", "ZONE", "IANA time zone of its days and times"},
    {"lookback", "--lookback", "DAYS", "the last complete days"},
    {"window", "--window,--range", "NAME", "yesterday, last_7d, last_week, last_month, …"},
    {"cadence", "--cadence", "CADENCE", "daily, weekly or monthly"},
    {"on", "--on", "DAYS", "weekly: mon to sun; mon,thu; mon-fri; workdays"},
    {"day", "--day", "DAY", "monthly: 1, last, 2nd workday, last fri, …"},
    {"format", "--format", "FORMAT", "; the report says which"},  // after the formats of the surface
    {"columns", "--columns,--fields", "NAME,…", "only these columns, in this order"},
    {"title", "--title", "TEMPLATE", "title of documents and mails; default: the report's label"},
    {"language", "--language", "CODE", "language of documents and mails: de, en, es or fr; default: the account's"},
};
constexpr OptionText kReportOption = {"report", "--report", "REPORT", "which report: reportctl catalog list"};
constexpr OptionText kScheduleOptions[] = {
    {"at", "--at", "TIMES", "local times: 07:00; 08:00,13:00; 08:00-18:00 every 30m"},
    {"months", "--months", "MONTHS", "monthly: only in these: jan,apr,jul,oct"},
    {"weeks", "--weeks", "N", "weekly: only every N weeks, from that of --start"},
    {"start", "--start", "DATE", "the first day"},
    {"end", "--end", "DATE", "the last day"},
    {"calendar", "--calendar", "NAME", "whose workdays count: reportctl calendar list"},
    {"recipients", "--list", "LIST", "a part for each row of this list, instead of --to"},
    {"reply_to", "--reply-to", "TEMPLATE", "address for answers; default: the sender"},
    {"subject", "--subject", "TEMPLATE", "subject, like \"{report} {period}: {count}\""},
    {"intro", "--intro", "TEMPLATE", "some lines before the figures of the mail"},
    {"file_name", "--file-name", "TEMPLATE", "name of the file, without its ending"},
    {"no_data", "--no-data", "POLICY", "when there are no rows: send (and say so) or skip"},
    {"send", "--send", "CONDITION", "only when it holds: count > 10; changed; total(amount) < 1000 EUR or …"},
    {"again", "--again", "HOW", "a condition that goes on holding: every (default), once, or 24h"},
    {"wait", "--wait", "TIME", "for complete data, from the time on: 30m, 2h30m"},
    {"late", "--late", "POLICY", "data not complete in time: fail (default) or send"},
    {"retries", "--retries", "N", "how often a run whose source or mail server fails is tried again"},
    {"missed", "--missed", "POLICY", "missed occurrences: coalesce, all or skip"},
    {"description", "--description", "TEXT", "what it is for"},
    {"extra", "--extra", "JSON", "further configuration, an object"},
};

/// The address alone decides whether two ways to write a recipient mean the same one.
bool same_recipient(const Recipient& a, const Recipient& b) {
  if (!a.mailbox() || !b.mailbox()) return a == b;
  return a.mailbox()->address.normalized() == b.mailbox()->address.normalized();
}

std::vector<Recipient> with_recipients(std::vector<Recipient> base, const FieldOptions& options) {
  if (!options.to.empty()) base = recipients_of(options.to);
  for (const auto& text : options.remove_to) {
    const Recipient gone(text);
    if (std::erase_if(base, [&](const Recipient& recipient) { return same_recipient(recipient, gone); }) > 0) continue;
    throw Error(ErrorKind::usage, fmt::format("--remove-to {}: not a recipient of this schedule", visible(text)),
                "reportctl schedule show NAME lists them");
  }
  for (auto& recipient : recipients_of(options.add_to)) base.push_back(std::move(recipient));
  return base;
}

schedule::FieldText field_text(const schedule::Field& field, const std::string& given) {
  schedule::FieldText text;
  if (field.kind != schedule::FieldKind::list) {
    if (!given.empty()) text.values = {given};
    return text;
  }
  for (const auto& part : split(given, ',')) {
    if (!trim(part).empty()) text.values.emplace_back(trim(part));
  }
  return text;
}

/// Everything that was given, over the draft.
void lay_over(validation::Draft& draft, const FieldOptions& options, const catalog::Report* report) {
  auto& request = draft.request;
  if (const auto cadence = options.given.find("cadence"); cadence != options.given.end() && request.cadence) {
    if (schedule::parse_cadence(*request.cadence) != schedule::parse_cadence(cadence->second)) {
      for (auto* const days : {&request.on, &request.day, &request.months, &request.weeks}) days->reset();
    }
  }
  for (const auto& [name, given] : options.given) {
    const auto& field = schedule::field(name);
    field.write(field_text(field, given), draft);
  }
  if (request.scope.empty()) request.scope = "account";
  for (const auto& [name, value] : schedule::kCsvSwitches) {
    if (options.csv.*value) request.csv.*value = options.csv.*value;
  }
  for (const auto& [name, value] : schedule::kCsvWords) {
    if (options.csv.*value) request.csv.*value = options.csv.*value;
  }
  request.parameters = with_parameters(std::move(request.parameters), options.params, report);
}

void add_option(CLI::App& app, FieldOptions& options, const OptionText& text, const std::string& names,
                const std::string& before = {}) {
  app.add_option_function<std::string>(
         names, [&options, field = std::string(text.field)](const std::string& value) { options.given[field] = value; },
         before + text.help)
      ->type_name(text.value);
}

/// add_flag() of CLI11 2.1 writes false into an optional that was not asked about.
void add_choice_flag(CLI::App& app, std::optional<bool>& value, const std::string& names, const std::string& help) {
  app.add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, help);
}

/// What was given beside it counts more.
void add_preset_option(CLI::App& app, schedule::CsvRequest& csv) {
  std::vector<std::string> names;
  for (const auto& preset : rows::kCsvPresets) names.emplace_back(preset.name);
  const auto apply = [&csv, names](const std::string& word) {
    const auto* const preset = std::find_if(rows::kCsvPresets.begin(), rows::kCsvPresets.end(),
                                            [&](const auto& one) { return one.name == to_lower(word); });
    if (preset == rows::kCsvPresets.end())
      throw Error(ErrorKind::usage, fmt::format("--csv-for {}: not known{}", visible(word), did_you_mean(word, names)),
                  "one of " + join(names, ", "));
    if (!csv.delimiter) csv.delimiter = preset->delimiter;
    if (!csv.decimal) csv.decimal = preset->decimal;
    if (!csv.bom) csv.bom = preset->bom;
    if (!csv.guard) csv.guard = preset->guard;
  };
  app.add_option_function<std::string>("--csv-for", apply, "csv: for excel, excel-de, …, or programs")->type_name("WHOM");
}

}  // namespace

std::vector<Recipient> recipients_of(const std::vector<std::string>& texts) {
  std::vector<Recipient> recipients;
  for (const auto& text : texts) {
    const auto pieces = split_mailboxes(text);
    const std::vector<Recipient> several(pieces.begin(), pieces.end());
    // A name may have a comma, too.
    const bool is_list = several.size() > 1 && std::all_of(several.begin(), several.end(),
                                                           [](const Recipient& one) { return one.mailbox().has_value(); });
    if (is_list)
      recipients.insert(recipients.end(), several.begin(), several.end());
    else
      recipients.emplace_back(text);
  }
  return recipients;
}

ParameterText parse_parameter(std::string_view text) {
  const auto equals = text.find('=');
  const auto name = trim(text.substr(0, equals));
  if (name.empty() || equals == std::string_view::npos) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is not NAME=VALUE", visible(text)),
                "write NAME=VALUE, for example mode=line-items or vehicles=v1,v2");
  }
  return {std::string(name), std::string(trim(text.substr(equals + 1)))};
}

schedule::Parameters with_parameters(schedule::Parameters base, const std::vector<std::string>& texts,
                                     const catalog::Report* report) {
  std::set<std::string> begun;
  for (const auto& text : texts) {
    const auto [name, value] = parse_parameter(text);
    if (begun.insert(name).second) base.erase(name);
    if (value.empty()) continue;
    const auto* parameter = report == nullptr ? nullptr : report->parameter(name);
    const bool is_list = parameter == nullptr || parameter->type == catalog::ParameterType::id_list;
    auto& values = base[name];
    for (const auto& part : is_list ? split(value, ',') : std::vector<std::string>{value}) values.emplace_back(trim(part));
  }
  return base;
}

void add_request_options(CLI::App& app, FieldOptions& options, catalog::Surface surface) {
  const auto formats =
      join(validation::formats_for(nullptr, surface), ", ") + (surface == catalog::Surface::schedule ? " or several" : "");
  for (const auto& text : kRequestOptions) {
    add_option(app, options, text, text.names, text.field == "format" ? formats : std::string());
  }
  add_text_option(app, options.csv.delimiter, "--delimiter", "SIGN", "csv: comma, semicolon, tab or pipe");
  add_text_option(app, options.csv.decimal, "--decimal", "SIGN", "csv: point or comma");
  add_choice_flag(app, options.csv.guard, "--guard,!--no-guard", "csv: guard against formulas (default)");
  add_choice_flag(app, options.csv.bom, "--bom,!--no-bom", "csv: begin with a byte order mark, for Excel");
  add_choice_flag(app, options.csv.crlf, "--crlf,!--no-crlf", "csv: lines end as on Windows");
  add_choice_flag(app, options.csv.labels, "--labels,!--no-labels", "csv: a header of labels instead of names");
  add_preset_option(app, options.csv);  // after the others: CLI11 hands values over in this order
  add_repeated_option(
      app, options.params,
      {.names = "--param,--filter", .value = "NAME=VALUE", .help = "a parameter of the report (may be repeated)"});
}

void add_draft_options(CLI::App& app, FieldOptions& options) {
  add_option(app, options, kReportOption, kReportOption.names);
  add_request_options(app, options, catalog::Surface::schedule);
  add_repeated_option(app, options.to,
                      {.names = "--to", .value = "ADDRESS", .help = "recipients, with commas between them (may be repeated)"});
  for (const auto& text : kScheduleOptions) add_option(app, options, text, text.names);
  app.add_flag_function(
      "--all-clear,!--no-all-clear",
      [&options](std::int64_t count) { options.given["all_clear"] = count > 0 ? "true" : "false"; },
      "also when the condition does not hold any more");
}

validation::Request with_options(validation::Request base, const FieldOptions& options, const catalog::Report* report) {
  validation::Draft draft;
  draft.request = std::move(base);
  lay_over(draft, options, report);
  return std::move(draft.request);
}

validation::Draft with_options(validation::Draft base, const FieldOptions& options, const catalog::Report* report) {
  lay_over(base, options, report);
  base.recipients = with_recipients(std::move(base.recipients), options);
  return base;
}

}  // namespace reportctl::cli
