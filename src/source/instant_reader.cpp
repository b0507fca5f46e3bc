// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "instant_reader.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using rows::InstantKind;

constexpr double kJulian1970 = 2440587.5;
constexpr std::int64_t kDay = 86400;
/// The years 1 to 9999: beyond, a number is of another unit.
constexpr std::int64_t kFirstSecond = -62135596800;
constexpr std::int64_t kLastSecond = 253402300799;

std::optional<std::int64_t> within_calendar(std::int64_t seconds, std::int64_t micros) {
  if (seconds < kFirstSecond || seconds > kLastSecond) return std::nullopt;
  return seconds * 1000000 + micros;
}

/// The value was seen, and so its unit is known.
bool counted(const FoundInstant& found) { return found.words.ends_with(")"); }

}  // namespace

InstantReader::InstantReader(rows::InstantForm form)
    : form_(std::move(form)), is_zoned_text_(form_.kind == InstantKind::utc_text || form_.kind == InstantKind::offset_text) {
  if (form_.kind == InstantKind::sql_text && form_.zone != "UTC") zone_ = Zone::find(form_.zone);
}

InstantReader untyped_reader(const rows::InstantForm& usual) {
  return InstantReader(usual.kind == InstantKind::timestamp ? rows::InstantForm{InstantKind::sql_text, usual.zone} : usual);
}

std::optional<std::int64_t> InstantReader::other_text(std::string_view text) {
  const auto time = times_.wall_time(text);
  if (!time) return std::nullopt;
  switch (form_.kind) {
    case InstantKind::utc_text:
      if (time->offset != 0) return std::nullopt;
      break;
    case InstantKind::offset_text:
      if (!time->offset) return std::nullopt;
      break;
    case InstantKind::sql_text:
      if (time->offset) return std::nullopt;
      break;
    default:
      return std::nullopt;
  }
  std::int64_t seconds = time->seconds - time->offset.value_or(0);
  if (zone_) {
    const auto day = std::chrono::floor<std::chrono::days>(Instant{std::chrono::seconds{seconds}});
    const auto clock = static_cast<int>(seconds - std::chrono::seconds{day.time_since_epoch()}.count());
    const Instant minute = zone_->resolve(Date{day}, {clock / 3600, clock / 60 % 60});
    seconds = minute.time_since_epoch().count() + clock % 60;
  }
  return seconds * kMicros + time->micros;
}

std::optional<std::int64_t> InstantReader::micros(std::int64_t number) const {
  if (form_.kind == InstantKind::julian_day) return micros(static_cast<double>(number));
  const std::int64_t units = form_.facts().units;
  if (units == 0) return std::nullopt;
  const std::int64_t rest = ((number % units) + units) % units;
  return within_calendar((number - rest) / units, rest * (kMicros / units));
}

std::optional<std::int64_t> InstantReader::micros(double number) const {
  if (!std::isfinite(number)) return std::nullopt;
  if (form_.kind == InstantKind::julian_day) {
    // A double of this size tells some 40 microseconds apart: milliseconds are what was meant.
    const double millis = std::round((number - kJulian1970) * kDay * 1000);
    if (std::fabs(millis) > 1e15) return std::nullopt;
    const auto whole = static_cast<std::int64_t>(millis);
    return within_calendar(whole / 1000, whole % 1000 * 1000);
  }
  const std::int64_t units = form_.facts().units;
  if (units == 0 || std::fabs(number) > 1e18) return std::nullopt;
  const double seconds = std::floor(number / static_cast<double>(units));
  const double rest = number - seconds * static_cast<double>(units);
  return within_calendar(static_cast<std::int64_t>(seconds),
                         static_cast<std::int64_t>(std::llround(rest * static_cast<double>(kMicros / units))));
}

FoundInstant found_instant(std::string_view text) {
  TimeReader times;
  const bool shown = text.size() <= 40 && text.find_first_not_of("0123456789-+:.,/TtZz ") == std::string_view::npos;
  const std::string value = shown ? fmt::format(" ({})", text) : std::string();
  if (text.size() == 10 && times.day(text)) return {"a day without a time" + value, "day"};
  const auto time = times.wall_time(text);
  if (!time) return {"other text" + value, {}};
  if (!time->offset) return {"a time without a time zone" + value, "sql-text UTC"};
  return {"a time with an offset" + value, time->offset == 0 ? "utc-text" : "offset-text"};
}

FoundInstant found_instant(double number) {
  const bool whole = std::fabs(number) < 0x1p53 && std::floor(number) == number;
  const std::string words =
      whole ? fmt::format("an integer ({})", static_cast<std::int64_t>(number)) : fmt::format("a real number ({})", number);
  for (const auto kind : {InstantKind::julian_day, InstantKind::epoch, InstantKind::epoch_ms, InstantKind::epoch_us}) {
    const auto micros = InstantReader({kind}).micros(number);
    constexpr std::int64_t k1990 = 631152000;
    constexpr std::int64_t k2100 = 4102444800;
    if (micros && *micros / 1000000 > k1990 && *micros / 1000000 < k2100)
      return {words, std::string(rows::InstantForm{kind}.facts().name)};
  }
  return {words, {}};
}

Problem instant_problem(std::string_view source, std::string_view name, const FoundInstant& found,
                        const rows::InstantForm& expected) {
  const std::string what = fmt::format("{}: expected a timestamp, found {}", name, found.words);
  const std::string kept = fmt::format("timestamps are kept as {} ({})", expected.str(), expected.facts().example);
  if (found.form.empty() || found.form == expected.str())
    return {what, kept + "; correct the data, or the view that gives them; reportctl.conf(5) lists the forms of instants"};
  const std::string key = is_table_column(name) ? std::string(name) : "TABLE.COLUMN";
  const std::string zone = found.form.ends_with(" UTC")               ? ", or the zone that the application writes in"
                           : found.form == "epoch" && !counted(found) ? ", or epoch-ms or epoch-us, as the application counts"
                                                                      : "";
  return {what, fmt::format("{}; declare another form: sources.{}.instants: {{{}: {}}}{} (reportctl.conf(5))", kept, source, key,
                            found.form, zone)};
}

}  // namespace reportctl::source
