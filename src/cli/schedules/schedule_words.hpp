// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/catalog/report.hpp"
#include "reportctl/cli/output.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/watch.hpp"

namespace reportctl::cli {

/// `daily 06:00`, `weekly mon 07:30`, `monthly 31 05:00 Europe/Berlin`: the zone where it is not the account's.
std::string rhythm_words(const schedule::Definition&, std::string_view account_timezone);
/// `holidays known until 2027-12-31`, of a schedule that goes by a calendar; else empty.
std::string calendar_words(const schedule::Cadence&);
/// The calendar that a schedule goes by ends before that day.
bool is_past_calendar(const schedule::Cadence&, Date);
/// `last_7d`, `the last 7 days`, and for the report's own window what that is.
std::string window_words(const schedule::Definition&, const catalog::Report*);
/// `ops@example.com`, `ops@example.com +2`.
std::string recipient_words(const schedule::Definition&);
/// `count is 4, not > 10: quiet`
std::string decision_words(const store::Decision&);
/// `No data`, for a field of a schedule.
std::string label_of(const schedule::Field&);
/// `ok`, `failed ×3`, `–`.
Field status_field(const schedule::Schedule&);

}  // namespace reportctl::cli
