// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <array>
#include <cstdint>

#include "iso_4217.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::rows {
namespace {

/// Codes that ISO 4217 has got since Debian 12's list of them.
constexpr std::string_view kNewer = "XCG ZWG ";

/// ISO 4217 list one: the codes whose minor unit is not 2; below zero: that have none.
constexpr std::array<CurrenciesOfDigits, 4> kOtherDigits{{
    {0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "},
    {3, "BHD IQD JOD KWD LYD OMR TND "},
    {4, "CLF UYW "},
    {-1,
     "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA X"
     "XX "},
}};

constexpr std::size_t kLetters = 26;
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// Of three ASCII letters of any case.
constexpr std::size_t place_of(std::string_view code) {
  std::size_t place = 0;
  for (const char c : code) place = place * kLetters + (static_cast<unsigned char>(c) & 0xDFU) - 'A';
  return place;
}

/// The digits of every three letters; below zero: no currency, or one without a minor unit. A row of a report looks in here.
constexpr std::array<std::int8_t, kLetters* kLetters* kLetters> kDigits = [] {
  std::array<std::int8_t, kLetters * kLetters * kLetters> table{};
  for (auto& digits : table) digits = -1;
  for (const std::string_view list : {kIso4217, kNewer})
    for (std::size_t at = 0; at < list.size(); at += 4) table[place_of(list.substr(at, 3))] = 2;
  for (const auto& [digits, codes] : kOtherDigits)
    for (std::size_t at = 0; at < codes.size(); at += 4)
      if (auto& known = table[place_of(codes.substr(at, 3))]; known >= 0) known = static_cast<std::int8_t>(digits);
  return table;
}();

}  // namespace

std::span<const CurrenciesOfDigits> currencies_without_two_digits() { return kOtherDigits; }

std::optional<int> minor_digits(std::string_view currency) {
  if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(), is_letter)) return std::nullopt;
  const int digits = kDigits[place_of(currency)];
  return digits < 0 ? std::nullopt : std::optional(digits);
}

}  // namespace reportctl::rows
