// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/time.hpp"

namespace reportctl {

/// An IANA time zone. Cheap to copy. Never falls back: a name that is not in the system's tzdata is no zone.
class Zone {
 public:
  /// Only names listed in the system's tzdata (`tzdata.zi`, links included); never `localtime`, `Fixed/…`, paths.
  static std::optional<Zone> find(std::string_view name);
  static Zone utc();

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] Date local_date(Instant) const;
  [[nodiscard]] TimeOfDay local_time(Instant) const;
  /// Seconds east of UTC at that instant.
  [[nodiscard]] int offset_seconds(Instant) const;

  /// Does the local time come twice, as in the hour after a clock is put back?
  [[nodiscard]] bool is_ambiguous(Instant) const;

  /// The instant of a local wall time. A time that a DST gap skips is the first instant after the gap; a time that exists twice
  /// is its first occurrence.
  [[nodiscard]] Instant resolve(Date, TimeOfDay) const;
  /// The first instant of a local day (not always midnight).
  [[nodiscard]] Instant start_of_day(Date) const;

  /// `2026-03-17T06:00:00+11:00` (UTC is written `+00:00`). In UTC where only the local year is not in 1 to 9999.
  [[nodiscard]] std::string format(Instant) const;

  struct Impl;

 private:
  explicit Zone(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
  friend class ZonedFormatter;
};

/// Formats many instants of one zone fast: remembers the current day and the current transition interval. Not for sharing between
/// threads.
class ZonedFormatter {
 public:
  static constexpr std::size_t kMaxSize = 32;
  explicit ZonedFormatter(Zone zone) : zone_(std::move(zone)) {}
  /// Writes as Zone::format() into `out` (at least kMaxSize bytes) and returns the length. No allocation.
  std::size_t write(Instant, char* out);
  /// As the zone's own, at any instant and in any order too.
  int offset_seconds(Instant);
  bool is_ambiguous(Instant);

 private:
  /// Instants from `first` until before `end`.
  struct Span {
    Instant first{};
    Instant end{};
    [[nodiscard]] bool holds(Instant instant) const { return instant >= first && instant < end; }
  };
  void find_offset(Instant);

  Zone zone_;
  Span constant_;       ///< where offset_ holds
  int offset_ = 0;      ///< seconds east of UTC
  Span day_;            ///< the part of one local day in which text_ differs by its clock only
  Instant midnight_{};  ///< where that day's clock shows, or would show, 00:00:00
  std::array<char, 25> text_{};
};

}  // namespace reportctl
