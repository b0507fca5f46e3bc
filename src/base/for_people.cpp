// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/for_people.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reportctl {

std::string grouped(__int128 number, std::size_t scale, const NumberForm& form) {
  const bool negative = number < 0;
  const auto size = negative ? 0 - static_cast<unsigned __int128>(number) : static_cast<unsigned __int128>(number);
  std::string backwards;
  const auto put = [&](std::string_view sign) { backwards.append(sign.rbegin(), sign.rend()); };
  const auto put_digits = [&](auto rest) {
    for (std::size_t digits = 0; rest != 0 || digits <= scale; ++digits) {
      if (digits == scale && scale > 0) put(form.point);
      if (digits > scale && (digits - scale) % 3 == 0) put(form.thousands);
      backwards += static_cast<char>('0' + static_cast<int>(rest % 10));
      rest /= 10;
    }
  };
  // To divide 128 bits takes several times as long.
  if (const auto small = static_cast<std::uint64_t>(size); small == size)
    put_digits(small);
  else
    put_digits(size);
  if (negative) backwards += '-';
  std::reverse(backwards.begin(), backwards.end());
  return backwards;
}

std::string size_text(std::int64_t bytes, const NumberForm& form) {
  if (bytes < 1000) return fmt::format("{} {}", bytes, bytes == 1 ? "byte" : "bytes");
  const auto in = [&](std::int64_t unit, const char* name) {
    const std::int64_t tenths = (bytes + unit / 20) / (unit / 10);
    return fmt::format("{} {}", tenths % 10 == 0 ? grouped(tenths / 10, 0, form) : grouped(tenths, 1, form), name);
  };
  if (bytes < 999'950) return in(1000, "kB");
  return bytes < 999'950'000 ? in(1'000'000, "MB") : in(1'000'000'000, "GB");
}

std::string minute_text(Instant at, const Zone& zone) {
  return format_date(zone.local_date(at)) + " " + format_time_of_day(zone.local_time(at));
}

std::string minute_zone_text(Instant at, const Zone& zone) { return minute_text(at, zone) + " (" + zone.name() + ")"; }

std::string counted(std::int64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : several);
}

}  // namespace reportctl
