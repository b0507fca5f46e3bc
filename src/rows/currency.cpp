// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <array>

#include "iso_4217.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::rows {
namespace {

/// Three ASCII letters of any case as one number.
constexpr std::uint32_t packed(std::string_view code) {
  std::uint32_t value = 0;
  for (const char c : code) value = (value << 8U) | (static_cast<unsigned char>(c) & 0xDFU);
  return value;
}

/// Codes that ISO 4217 has got since Debian 12's list of them.
constexpr std::string_view kNewer = "XCG ZWG ";
constexpr std::size_t kCodes = (kIso4217.size() + kNewer.size()) / 4;

constexpr std::array<std::uint32_t, kCodes> kSorted = [] {
  std::array<std::uint32_t, kCodes> codes{};
  std::size_t count = 0;
  for (const std::string_view list : {kIso4217, kNewer})
    for (std::size_t at = 0; at < list.size(); at += 4) codes[count++] = packed(list.substr(at, 3));
  std::sort(codes.begin(), codes.end());
  return codes;
}();

/// ISO 4217 list one: the codes whose minor unit is not 2; below zero: that have none.
constexpr std::array<CurrenciesOfDigits, 4> kOtherDigits{{
    {0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "},
    {3, "BHD IQD JOD KWD LYD OMR TND "},
    {4, "CLF UYW "},
    {-1,
     "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA X"
     "XX "},
}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::span<const CurrenciesOfDigits> currencies_without_two_digits() { return kOtherDigits; }

std::optional<int> minor_digits(std::string_view currency) {
  if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(), is_letter)) return std::nullopt;
  const std::uint32_t code = packed(currency);
  if (!std::binary_search(kSorted.begin(), kSorted.end(), code)) return std::nullopt;
  for (const auto& [digits, codes] : kOtherDigits)
    for (std::size_t at = 0; at < codes.size(); at += 4)
      if (packed(codes.substr(at, 3)) == code) return digits < 0 ? std::nullopt : std::optional(digits);
  return 2;
}

}  // namespace reportctl::rows
