// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/zone.hpp"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "civil.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/zone_names.hpp"

namespace reportctl {

struct Zone::Impl {
  std::string name;
  cctz::time_zone zone;

  [[nodiscard]] int offset_at(Instant instant) const { return zone.lookup(instant).offset; }
  [[nodiscard]] cctz::civil_second civil_at(Instant instant) const { return zone.lookup(clamp_to_calendar(instant)).cs; }
};

namespace {

/// cctz enumerates transitions for 400 years and then answers "none", although lookups go on.
constexpr Instant kEnumerated = std::chrono::sys_days{std::chrono::year{2400} / 1 / 1};

std::string zone_directory() {
  const char* directory = std::getenv("TZDIR");
  return directory == nullptr || *directory == '\0' ? "/usr/share/zoneinfo" : directory;
}

/// Zones (`Z NAME …`) and links (`L TARGET NAME`) of zic's compact source, sorted.
std::vector<std::string> read_zone_names() {
  const std::string path = zone_directory() + "/tzdata.zi";
  std::string text;
  try {
    text = read_file(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::config, error.what(), "install the Debian package tzdata");
  }
  std::vector<std::string> names;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("Z ")) names.emplace_back(line.substr(2, line.find(' ', 2) - 2));
    if (line.starts_with("L ")) names.emplace_back(line.substr(line.rfind(' ') + 1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_listed(std::string_view name) { return std::binary_search(zone_names().begin(), zone_names().end(), name); }

cctz::civil_second civil(Date date, TimeOfDay time) {
  return cctz::civil_second(static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            time.hour, time.minute, 0);
}

/// The years that RFC 3339 and the readers of it know.
constexpr Instant kFirstWritten = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr Instant kBehindWritten = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

bool is_written(Instant instant) { return instant >= kFirstWritten && instant < kBehindWritten; }

/// RFC 3339 has no seconds in an offset; local mean times have. Both the clock and the offset are then written for the whole
/// minute, so the text still names the same instant. In the hours in which only the zone is in a year that cannot be written,
/// so it does in UTC.
std::size_t write_zoned(Instant instant, int offset, char* out) {
  const bool is_local = !is_written(instant) || is_written(instant + std::chrono::seconds{offset / 60 * 60});
  const int minutes = is_local ? offset / 60 : 0;
  char* at = out + write_civil(instant, minutes * 60, out);
  const auto size = static_cast<unsigned>(minutes < 0 ? -minutes : minutes);
  *at++ = minutes < 0 ? '-' : '+';
  *at++ = static_cast<char>('0' + size / 600);
  *at++ = static_cast<char>('0' + size / 60 % 10);
  *at++ = ':';
  *at++ = static_cast<char>('0' + size % 60 / 10);
  *at++ = static_cast<char>('0' + size % 10);
  return static_cast<std::size_t>(at - out);
}

}  // namespace

/// Read once: cctz, too, keeps what it has loaded for the life of the process.
const std::vector<std::string>& zone_names() {
  static const std::vector<std::string> kNames = read_zone_names();
  return kNames;
}

std::optional<Zone> Zone::find(std::string_view name) {
  if (name == "UTC") return utc();
  if (!is_listed(name)) return std::nullopt;
  auto impl = std::make_shared<Impl>();
  impl->name = name;
  if (!cctz::load_time_zone(impl->name, &impl->zone)) return std::nullopt;
  return Zone(std::move(impl));
}

Zone Zone::utc() { return Zone(std::make_shared<const Impl>(Impl{"UTC", cctz::time_zone()})); }

const std::string& Zone::name() const { return impl_->name; }

Date Zone::local_date(Instant instant) const {
  const cctz::civil_day day(impl_->civil_at(instant));
  return Date{std::chrono::year{static_cast<int>(day.year())}, std::chrono::month{static_cast<unsigned>(day.month())},
              std::chrono::day{static_cast<unsigned>(day.day())}};
}

TimeOfDay Zone::local_time(Instant instant) const {
  const auto time = impl_->civil_at(instant);
  return {time.hour(), time.minute()};
}

int Zone::offset_seconds(Instant instant) const { return impl_->offset_at(instant); }

bool Zone::is_ambiguous(Instant at) const {
  const int own = offset_seconds(at);
  for (const int day : {-1, 1}) {
    const int other = offset_seconds(at + std::chrono::hours{24 * day});
    if (other != own && offset_seconds(at + std::chrono::seconds{own - other}) == other) return true;
  }
  return false;
}

Instant Zone::resolve(Date date, TimeOfDay time) const {
  const auto found = impl_->zone.lookup(civil(date, time));
  return found.kind == cctz::time_zone::civil_lookup::SKIPPED ? found.trans : found.pre;
}

Instant Zone::start_of_day(Date date) const { return resolve(date, TimeOfDay{}); }

std::string Zone::format(Instant instant) const {
  char buffer[ZonedFormatter::kMaxSize];
  return {buffer, write_zoned(instant, impl_->offset_at(instant), buffer)};
}

std::size_t ZonedFormatter::write(Instant instant, char* out) {
  constexpr std::size_t kClock = 11;
  if (!day_.holds(instant)) {
    const std::size_t size = write_zoned(instant, offset_seconds(instant), out);
    const std::chrono::seconds east{offset_ / 60 * 60};
    if (size != text_.size() || !is_written(instant + east)) return size;  // the ends of the calendar: not worth remembering
    std::copy_n(out, size, text_.begin());
    midnight_ = std::chrono::floor<std::chrono::days>(instant + east) - east;
    day_ = {std::max(midnight_, constant_.first), std::min(midnight_ + std::chrono::days{1}, constant_.end)};
    return size;
  }
  std::copy_n(text_.begin(), text_.size(), out);
  put_clock(out + kClock, static_cast<unsigned>((instant - midnight_).count()));
  return text_.size();
}

int ZonedFormatter::offset_seconds(Instant instant) {
  if (!constant_.holds(instant)) find_offset(instant);
  return offset_;
}

bool ZonedFormatter::is_ambiguous(Instant instant) {
  constexpr std::chrono::hours kAround{24};  // where Zone::is_ambiguous() looks for another offset
  if (offset_seconds(instant); constant_.holds(instant - kAround) && constant_.holds(instant + kAround)) return false;
  return zone_.is_ambiguous(instant);
}

void ZonedFormatter::find_offset(Instant instant) {
  const cctz::time_zone& zone = zone_.impl_->zone;
  cctz::time_zone::civil_transition transition;
  offset_ = zone_.impl_->offset_at(instant);
  constant_ = {instant, instant};
  if (instant >= kEnumerated) return;
  // prev_transition() looks strictly before its argument; a transition at this very second begins the span.
  if (zone.prev_transition(instant + std::chrono::seconds{1}, &transition))
    constant_.first = zone.lookup(transition.to).trans;
  else
    constant_.first = Instant::min();
  constant_.end = zone.next_transition(instant, &transition) ? zone.lookup(transition.to).trans : kEnumerated;
}

}  // namespace reportctl
