// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "export_words.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/export.hpp"
#include "reportctl/schedule/period_json.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using store::ExportState;

template <typename Number>
Json count_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

/// The period as it was asked for; empty: the report's own.
std::string asked_window(const validation::Request& request) {
  if (request.window) return *request.window;
  if (request.lookback) return fmt::format("lookback {}", *request.lookback);
  if (request.from || request.to) return fmt::format("{} to {}", request.from.value_or("…"), request.to.value_or("…"));
  if (!request.cadence) return {};
  std::string words = *request.cadence;
  for (const auto* const days : {&request.on, &request.day}) {
    if (*days) words += ", " + **days;
  }
  return words;
}

std::string filter_words(const schedule::Parameters& parameters) {
  std::vector<std::string> words;
  for (const auto& [name, values] : parameters) words.push_back(fmt::format("{}={}", name, join(values, ",")));
  return join(words, "; ");
}

std::string csv_words(const validation::CsvRequest& csv) {
  std::vector<std::string> words;
  const auto choice = [&](const std::optional<bool>& given, const char* yes, const char* no) {
    if (given) words.emplace_back(*given ? yes : no);
  };
  if (csv.delimiter) words.push_back(*csv.delimiter);
  choice(csv.bom, "byte order mark", "no byte order mark");
  choice(csv.crlf, "CRLF", "LF");
  choice(csv.labels, "labels", "names");
  choice(csv.guard, "guarded against formulas", "not guarded against formulas");
  if (csv.decimal) words.push_back("decimal " + *csv.decimal);
  return join(words, ", ");
}

Json violations_of(const store::Export& job) { return job.violations.empty() ? Json::array() : parsed_or_text(job.violations); }

}  // namespace

Json to_json(const store::Export& job) {
  return {{"id", job.id},
          {"account", job.account},
          {"scope", job.scope},
          {"report", job.report},
          {"format", job.format},
          {"state", store::export_state_name(job.state)},
          {"interrupted", job.interrupted},
          {"resumed", job.resumed},
          {"cancel_asked", job.cancel_asked},
          {"requested_by", job.requested_by},
          {"request", parsed_or_text(job.request)},
          {"created_at", to_json(std::optional(job.created_at))},
          {"started_at", to_json(job.started_at)},
          {"finished_at", to_json(job.finished_at)},
          {"expires_at", to_json(job.expires_at)},
          {"file_pruned_at", to_json(job.file_pruned_at)},
          {"period", schedule::period_json(job.period, job.timezone)},
          {"rows", count_or_null(job.rows)},
          {"bytes", count_or_null(job.bytes)},
          {"generation_ms", count_or_null(job.generation_ms)},
          {"file_name", text_or_null(job.artifact_name)},
          {"sha256", text_or_null(job.artifact_sha256)},
          {"reason", text_or_null(job.reason)},
          {"violations", violations_of(job)}};
}

std::string ending_of(const store::Export& job) {
  const auto head = fmt::format("export {} of {}: {} {}", job.id, job.account, job.report, store::export_state_name(job.state));
  return job.reason.empty() ? head : fmt::format("{}: {}", head, job.reason);
}

std::vector<std::pair<std::string, std::string>> request_lines(const store::Export& job) {
  try {
    const auto request = run::read_export_request(job.request);
    return {{"Format", request.format},
            {"Window", asked_window(request)},
            {"Filters", filter_words(request.parameters)},
            {"Fields", join(request.columns, ", ")},
            {"CSV", csv_words(request.csv)}};
  } catch (const Error&) {
    return {{"Request", job.request}};  // of another version; it can still be looked at
  }
}

Field state_field(const store::Export& job) {
  std::string words(store::export_state_name(job.state));
  if (job.interrupted) words += ", interrupted";
  if (job.cancel_asked && job.state == ExportState::processing) words += ", to be cancelled";
  if (job.file_pruned_at) words += ", file pruned";
  const Tone tone = job.state == ExportState::failed                             ? Tone::bad
                    : job.state == ExportState::cancelled || job.interrupted     ? Tone::warn
                    : job.state == ExportState::completed && !job.file_pruned_at ? Tone::good
                                                                                 : Tone::none;
  return {words, tone};
}

}  // namespace reportctl::cli
