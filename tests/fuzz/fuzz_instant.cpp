// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"

using namespace reportctl;

namespace {

void check_zone(const Zone& zone, ZonedFormatter& fast, Instant instant) {
  char buffer[ZonedFormatter::kMaxSize];
  const std::string text = zone.format(instant);
  EXPECT(text.size() <= sizeof buffer);
  EXPECT(std::string_view(buffer, fast.write(instant, buffer)) == text);
  const Date day = zone.local_date(instant);
  EXPECT(day.ok());
  if (text.size() == 25) EXPECT(parse_instant(text) == instant);
  if (text.size() == 25) EXPECT(zone.start_of_day(day) <= instant);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto instant = parse_instant(text)) {
    const std::string utc = format_utc(*instant);
    if (utc.size() == 20) EXPECT(parse_instant(utc) == instant);
  }
  if (const auto date = parse_date(text)) EXPECT(format_date(*date) == text);
  if (const auto time = parse_time_of_day(text)) EXPECT(format_time_of_day(*time) == text);
  if (const auto seconds = parse_duration_seconds(text)) EXPECT(*seconds >= 0);

  static const Zone kZones[] = {*Zone::find("America/New_York"), *Zone::find("America/Santiago"), *Zone::find("Pacific/Apia"),
                                *Zone::find("Africa/Monrovia"),  *Zone::find("America/St_Johns"), Zone::utc()};
  static ZonedFormatter formatters[] = {ZonedFormatter(kZones[0]), ZonedFormatter(kZones[1]), ZonedFormatter(kZones[2]),
                                        ZonedFormatter(kZones[3]), ZonedFormatter(kZones[4]), ZonedFormatter(kZones[5])};
  std::int64_t number = 0;
  for (; size >= sizeof number; data += sizeof number, size -= sizeof number) {
    std::memcpy(&number, data, sizeof number);
    for (const std::int64_t count : {number, number % 17179869184})  // anything, and what is near our time
      for (std::size_t i = 0; i < std::size(kZones); ++i)
        check_zone(kZones[i], formatters[i], Instant{std::chrono::seconds{count}});
  }
  return 0;
}
