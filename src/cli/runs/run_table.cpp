// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_table.hpp"

#include <fmt/format.h>

#include "run_endings.hpp"
#include "terminal/json_records.hpp"

namespace reportctl::cli {

Tone tone_of(const store::Run& run) {
  if (!store::is_finished(run.state)) return run.interrupted ? Tone::warn : Tone::none;
  return tone_of_status(store::run_status_word(run.state));
}

std::string state_text(const store::Run& run) {
  std::string words(store::run_state_name(run.state));
  if (run.interrupted) words += ", interrupted";
  if (run.resume_at && run.state != store::RunState::waiting) words += ", waiting";
  return words;
}

Listing run_table(const std::vector<store::Run>& runs) {
  Listing listing;
  listing.columns = {{.key = "id", .title = "RUN", .show = Show::id},
                     {.key = "schedule"},
                     {.key = "report", .drop = 3},
                     {.key = "trigger", .drop = 4},
                     {.key = "slot", .title = "DUE", .show = Show::time},
                     {.key = "state"},
                     {.key = "period", .drop = 1},
                     {.key = "rows", .align = Align::right, .drop = 2},
                     {.key = "reason", .title = "WHY", .show = Show::long_text}};
  listing.more_keys = {"account",    "created_at", "interrupted", "resume_at", "waiting",
                       "wait_until", "data_until", "condition",   "part",      "part_of"};
  for (const auto& run : runs) {
    auto whose = run.schedule_name.empty() ? run.account : fmt::format("{}/{}", run.account, run.schedule_name);
    if (!run.part.empty()) whose += fmt::format(" [{}]", run.part);
    listing.rows.push_back({{run.id},
                            {whose},
                            {run.report},
                            {std::string(store::trigger_name(run.trigger))},
                            {format_utc(run.slot.value_or(run.created_at))},
                            {state_text(run), tone_of(run)},
                            {run.period ? schedule::describe(*run.period) : "–"},
                            {run.rows ? std::to_string(*run.rows) : "–"},
                            {run.reason}});
    listing.records.push_back(to_json(run));
  }
  return listing;
}

}  // namespace reportctl::cli
