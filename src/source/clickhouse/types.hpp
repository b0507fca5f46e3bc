// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foreign_type.hpp"

namespace reportctl::source {

/// A type of ClickHouse, and how RowBinary lays out its values.
struct ClickhouseType {
  enum class Kind : std::uint8_t {
    boolean,
    integer,  ///< little-endian, of 1 to 32 bytes
    real,
    decimal,  ///< an integer of 10^-scale
    text,     ///< its length (LEB128), then its bytes
    fixed_text,
    enumeration,
    date,
    date_time,  ///< an integer of 10^-scale seconds since 1970 UTC
    uuid,
    ipv4,
    ipv6,
    nothing,
    other  ///< what no report reads: its values cannot even be skipped
  };
  Kind kind = Kind::other;
  std::size_t size = 0;  ///< of a value, in bytes
  int scale = 0;
  bool is_signed = false;
  bool nullable = false;                                    ///< a byte that says whether it is null stands before
  std::vector<std::pair<std::int64_t, std::string>> names;  ///< of an enumeration
  std::string written;                                      ///< as the server calls it

  [[nodiscard]] ForeignType foreign() const;
};
ClickhouseType clickhouse_type(std::string_view written);

/// A value of a row, where it came.
struct ClickhousePlace {
  const char* data = nullptr;
  std::size_t size = 0;
  bool null = true;
};

/// Of an integer of at most 8 bytes.
std::int64_t small_integer(const ClickhouseType&, const ClickhousePlace&);
/// An integer or a decimal, with all the digits of its scale.
using Digits = std::array<char, 96>;
std::string_view number_text(const ClickhouseType&, const ClickhousePlace&, Digits&);
/// What is no text and has one: an id, an address, the name of an enumeration. Empty when it has none.
std::string written_text(const ClickhouseType&, const ClickhousePlace&);

}  // namespace reportctl::source
