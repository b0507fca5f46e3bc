// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace reportctl::source {
namespace {

constexpr int kMostPlaces = 40;  // and as many zeros before the point
constexpr std::int64_t kExact = std::int64_t{1} << 53U;

std::optional<__int128> shifted(__int128 digits, int places) {
  if (places > kMostPlaces) return std::nullopt;
  for (; places > 0; --places)
    if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
  return digits;
}

/// The digits of both with the same number of places, the larger one.
std::optional<std::pair<__int128, __int128>> aligned(const Decimal& a, const Decimal& b) {
  const int places = std::max(a.places, b.places);
  const auto first = shifted(a.digits, places - a.places);
  const auto second = shifted(b.digits, places - b.places);
  if (!first || !second) return std::nullopt;
  return std::pair(*first, *second);
}

bool is_exact(__int128 digits) { return digits <= kExact && digits >= -kExact; }

}  // namespace

std::optional<Decimal> Decimal::of(double value) {
  const double size = std::fabs(value);
  if (size < 1e9) {  // at most six places, as nearly all have: a division of two exact doubles proves it
    const auto millionths = static_cast<std::int64_t>(size * 1e6 + 0.5);
    if (static_cast<double>(millionths) / 1e6 == size) return Decimal{value < 0 ? -millionths : millionths, 6};
  }
  if (!(size < 1e30) || size < 1e-30) return std::nullopt;
  std::array<char, 32> text;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), size, std::chars_format::scientific);
  Decimal decimal{0, 0};
  const char* at = text.data();
  for (; *at != 'e'; ++at) {
    if (*at == '.') continue;
    decimal.digits = decimal.digits * 10 + (*at - '0');
    if (at > text.data()) ++decimal.places;
  }
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), written.ptr, exponent);
  decimal.places -= exponent;
  if (value < 0) decimal.digits = -decimal.digits;
  if (decimal.places >= 0) return decimal;
  const auto whole = shifted(decimal.digits, -decimal.places);
  return whole ? std::optional(Decimal{*whole, 0}) : std::nullopt;
}

std::optional<Decimal> Decimal::of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const bool broken = text.empty() || point == 0 || point + 1 == text.size();
  if (broken || text.find_first_not_of("0123456789.") != std::string_view::npos || text.rfind('.') != point) return std::nullopt;
  Decimal decimal{0, point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point) - 1};
  for (const char c : text)
    if (c != '.' && (__builtin_mul_overflow(decimal.digits, 10, &decimal.digits) ||
                     __builtin_add_overflow(decimal.digits, c - '0', &decimal.digits)))
      return std::nullopt;
  if (negative) decimal.digits = -decimal.digits;
  return decimal;
}

double Decimal::real() const {
  constexpr std::array kTens{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};  // all exact
  if (is_exact(digits) && places < static_cast<int>(kTens.size()))
    return static_cast<double>(static_cast<std::int64_t>(digits)) / kTens[static_cast<std::size_t>(places)];
  std::array<char, 64> text;
  char* at = text.data() + text.size();
  char* const end = std::to_chars(at - 8, at, -places).ptr;
  at -= 8;
  *--at = 'e';
  auto rest = digits < 0 ? -static_cast<unsigned __int128>(digits) : static_cast<unsigned __int128>(digits);
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest > 0);
  double value = 0;
  std::from_chars(at, end, value);
  return digits < 0 ? -value : value;
}

std::optional<Decimal> sum(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  Decimal total{0, std::max(a.places, b.places)};
  if (!both || __builtin_add_overflow(both->first, both->second, &total.digits)) return std::nullopt;
  return total;
}

std::optional<Decimal> product(const Decimal& a, const Decimal& b) {
  Decimal result{0, a.places + b.places};
  if (__builtin_mul_overflow(a.digits, b.digits, &result.digits)) return std::nullopt;
  return result;
}

std::optional<Decimal> remainder(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  if (!both) return std::nullopt;
  return Decimal{both->first % both->second, std::max(a.places, b.places)};
}

std::optional<double> quotient(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  if (!both) return std::nullopt;
  if (is_exact(both->first) && is_exact(both->second))
    return static_cast<double>(static_cast<std::int64_t>(both->first)) /
           static_cast<double>(static_cast<std::int64_t>(both->second));
  return static_cast<double>(static_cast<long double>(both->first) / static_cast<long double>(both->second));
}

}  // namespace reportctl::source
