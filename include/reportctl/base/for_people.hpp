// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "reportctl/base/language.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl {

/// `1,234,567.50` from 123456750 at scale 2.
std::string grouped(__int128 number, std::size_t scale = 0, const NumberForm& = {});
/// `812 bytes`, `1.5 kB`, `26 MB`, `1.2 GB`; a kB has 1000 bytes.
std::string size_text(std::int64_t bytes, const NumberForm& = {});
/// `2026-03-17 06:00`, where what surrounds it tells the zone.
std::string minute_text(Instant, const Zone&);
/// `2026-03-17 06:00 (Australia/Sydney)`.
std::string minute_zone_text(Instant, const Zone&);

/// `1 row`, `1,204 rows`.
std::string counted(std::int64_t count, std::string_view one, std::string_view several);

}  // namespace reportctl
