// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/types.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using TypeKind = ClickhouseType::Kind;

struct Plain {
  std::string_view name;
  TypeKind kind;
  std::size_t size;
  bool is_signed;
};
constexpr std::array<Plain, 23> kPlainTypes{
    {{"Bool", TypeKind::boolean, 1, false},       {"UInt8", TypeKind::integer, 1, false},
     {"UInt16", TypeKind::integer, 2, false},     {"UInt32", TypeKind::integer, 4, false},
     {"UInt64", TypeKind::integer, 8, false},     {"UInt128", TypeKind::integer, 16, false},
     {"UInt256", TypeKind::integer, 32, false},   {"Int8", TypeKind::integer, 1, true},
     {"Int16", TypeKind::integer, 2, true},       {"Int32", TypeKind::integer, 4, true},
     {"Int64", TypeKind::integer, 8, true},       {"Int128", TypeKind::integer, 16, true},
     {"Int256", TypeKind::integer, 32, true},     {"Float32", TypeKind::real, 4, true},
     {"Float64", TypeKind::real, 8, true},        {"String", TypeKind::text, 0, false},
     {"Date", TypeKind::date, 2, false},          {"Date32", TypeKind::date, 4, true},
     {"DateTime", TypeKind::date_time, 4, false}, {"UUID", TypeKind::uuid, 16, false},
     {"IPv4", TypeKind::ipv4, 4, false},          {"IPv6", TypeKind::ipv6, 16, false},
     {"Nothing", TypeKind::nothing, 0, false}}};

/// The arguments of `Decimal(18, 4)`; empty when it has no parentheses.
std::vector<std::string> arguments_of(std::string_view written) {
  std::vector<std::string> arguments;
  const std::size_t open = written.find('(');
  if (open == std::string_view::npos || !written.ends_with(')')) return arguments;
  std::size_t depth = 0;
  bool quoted = false;
  std::string one;
  for (std::size_t i = open + 1; i + 1 < written.size(); ++i) {
    const char c = written[i];
    if (quoted && c == '\\' && i + 2 < written.size()) {
      one += c;
      one += written[++i];
      continue;
    }
    if (c == '\'') quoted = !quoted;
    if (!quoted) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && !quoted && depth == 0) {
      arguments.emplace_back(trim(one));
      one.clear();
    } else {
      one += c;
    }
  }
  arguments.emplace_back(trim(one));
  return arguments;
}

/// `'paid' = 1`, with backslashes before quotes.
std::pair<std::int64_t, std::string> named_value(std::string_view written) {
  std::string name;
  std::size_t i = 1;
  for (; i < written.size() && written[i] != '\''; ++i) {
    if (written[i] == '\\' && i + 1 < written.size()) ++i;
    name += written[i];
  }
  const std::size_t equals = written.find('=', i);
  const auto value = equals == std::string_view::npos ? std::nullopt : parse_integer(trim(written.substr(equals + 1)));
  return {value.value_or(0), name};
}

int whole(const std::vector<std::string>& arguments, std::size_t i) {
  const auto number = i < arguments.size() ? parse_integer(arguments[i]) : std::nullopt;
  return static_cast<int>(number.value_or(0));
}

std::size_t decimal_size(int precision) { return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32; }

/// Whole numbers of up to 256 bits, in pieces of which the lowest comes first.
using Wide = std::array<std::uint64_t, 4>;

Wide wide_of(const ClickhousePlace& place, bool is_signed, bool& negative) {
  Wide wide{};
  std::memcpy(wide.data(), place.data, place.size);
  negative = is_signed && place.size > 0 && (static_cast<unsigned char>(place.data[place.size - 1]) & 0x80U) != 0;
  if (!negative) return wide;
  std::memset(reinterpret_cast<char*>(wide.data()) + place.size, 0xFF, sizeof wide - place.size);
  bool carry = true;
  for (std::uint64_t& piece : wide) {
    piece = ~piece + (carry ? 1 : 0);
    carry = carry && piece == 0;
  }
  return wide;
}

/// Divides it, and gives the rest.
std::uint64_t divide(Wide& wide, std::uint64_t by) {
  unsigned __int128 rest = 0;
  for (std::size_t i = wide.size(); i-- > 0;) {
    const unsigned __int128 all = rest << 64U | wide[i];
    wide[i] = static_cast<std::uint64_t>(all / by);
    rest = all % by;
  }
  return static_cast<std::uint64_t>(rest);
}

}  // namespace

ClickhouseType clickhouse_type(std::string_view written) {
  const std::size_t open = written.find('(');
  const std::string_view name = written.substr(0, open);
  const auto arguments = arguments_of(written);
  ClickhouseType type;
  const auto within = [&](std::string_view inner, bool nullable) {
    type = clickhouse_type(inner);
    type.nullable |= nullable;
  };
  if ((name == "Nullable" || name == "LowCardinality") && arguments.size() == 1) {
    within(arguments[0], name == "Nullable");
  } else if (name == "SimpleAggregateFunction" && arguments.size() == 2) {
    within(arguments[1], false);
  } else if (name == "FixedString") {
    type.kind = TypeKind::fixed_text;
    type.size = static_cast<std::size_t>(whole(arguments, 0));
  } else if (name == "Decimal") {
    type.kind = TypeKind::decimal;
    type.is_signed = true;
    type.size = decimal_size(whole(arguments, 0));
    type.scale = whole(arguments, 1);
  } else if (name == "DateTime64") {
    type.kind = TypeKind::date_time;
    type.is_signed = true;
    type.size = 8;
    type.scale = whole(arguments, 0);
  } else if (name == "Enum8" || name == "Enum16") {
    type.kind = TypeKind::enumeration;
    type.is_signed = true;
    type.size = name == "Enum8" ? 1 : 2;
    for (const std::string& one : arguments) type.names.push_back(named_value(one));
  } else {
    const auto* const plain =
        std::find_if(kPlainTypes.begin(), kPlainTypes.end(), [&](const Plain& one) { return one.name == name; });
    if (plain != kPlainTypes.end() && (arguments.empty() || name == "DateTime")) {
      type.kind = plain->kind;
      type.size = plain->size;
      type.is_signed = plain->is_signed;
    }
  }
  type.written = written;
  return type;
}

ForeignType ClickhouseType::foreign() const {
  switch (kind) {
    case TypeKind::boolean:
      return ForeignType::boolean;
    case TypeKind::integer:
      return ForeignType::integer;
    case TypeKind::real:
      return ForeignType::real;
    case TypeKind::decimal:
      return ForeignType::decimal;
    case TypeKind::text:
    case TypeKind::fixed_text:
    case TypeKind::enumeration:
      return ForeignType::text;
    case TypeKind::date:
      return ForeignType::date;
    case TypeKind::date_time:
      return ForeignType::instant;
    case TypeKind::uuid:
    case TypeKind::ipv4:
    case TypeKind::ipv6:
      return ForeignType::written;
    case TypeKind::nothing:
      return ForeignType::any;
    case TypeKind::other:
      break;
  }
  return ForeignType::other;
}

std::int64_t small_integer(const ClickhouseType& type, const ClickhousePlace& place) {
  std::uint64_t number = 0;
  std::memcpy(&number, place.data, place.size);
  if (!type.is_signed || place.size == sizeof number) return static_cast<std::int64_t>(number);
  const unsigned unused = static_cast<unsigned>(64 - 8 * place.size);
  return static_cast<std::int64_t>(number << unused) >> unused;
}

std::string_view number_text(const ClickhouseType& type, const ClickhousePlace& place, Digits& digits) {
  constexpr std::uint64_t kPiece = 1'000'000'000'000'000'000U;
  bool negative = false;
  Wide wide = wide_of(place, type.is_signed, negative);
  char* const end = digits.data() + digits.size();
  char* at = end;
  int written = 0;
  do {
    std::uint64_t piece = divide(wide, kPiece);
    const bool more = std::any_of(wide.begin(), wide.end(), [](std::uint64_t part) { return part != 0; });
    for (int i = 0; i < 18 && (more || piece != 0 || written <= type.scale); ++i) {
      if (written == type.scale && type.scale > 0) *--at = '.';
      *--at = static_cast<char>('0' + piece % 10);
      piece /= 10;
      ++written;
    }
    if (!more && written > type.scale) break;
  } while (true);
  if (negative) *--at = '-';
  return {at, static_cast<std::size_t>(end - at)};
}

std::string written_text(const ClickhouseType& type, const ClickhousePlace& place) {
  if (type.kind == TypeKind::enumeration) {
    const std::int64_t value = small_integer(type, place);
    const auto found = std::find_if(type.names.begin(), type.names.end(), [&](const auto& one) { return one.first == value; });
    return found == type.names.end() ? std::string() : found->second;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(place.data[i]); };
  if (type.kind == TypeKind::ipv4) return fmt::format("{}.{}.{}.{}", byte(3), byte(2), byte(1), byte(0));
  if (type.kind == TypeKind::ipv6) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, place.data, text.data(), text.size()) == nullptr ? std::string() : std::string(text.data());
  }
  if (type.kind != TypeKind::uuid) return {};
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {  // two halves, each with its lowest byte first
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", byte(i < 8 ? 7 - i : 23 - i));
  }
  return text;
}

}  // namespace reportctl::source
