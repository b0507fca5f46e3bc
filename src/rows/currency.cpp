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

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::optional<int> minor_digits(std::string_view currency) {
  if (currency.size() != 3 || !std::all_of(currency.begin(), currency.end(), is_letter)) return std::nullopt;
  const std::uint32_t code = packed(currency);
  if (!std::binary_search(kSorted.begin(), kSorted.end(), code)) return std::nullopt;
  switch (code) {  // ISO 4217 list one: the codes whose minor unit is not 2
    case packed("XAG"):
    case packed("XAU"):
    case packed("XBA"):
    case packed("XBB"):
    case packed("XBC"):
    case packed("XBD"):
    case packed("XDR"):
    case packed("XPD"):
    case packed("XPT"):
    case packed("XSU"):
    case packed("XTS"):
    case packed("XUA"):
    case packed("XXX"):
      return std::nullopt;
    case packed("BIF"):
    case packed("CLP"):
    case packed("DJF"):
    case packed("GNF"):
    case packed("ISK"):
    case packed("JPY"):
    case packed("KMF"):
    case packed("KRW"):
    case packed("PYG"):
    case packed("RWF"):
    case packed("UGX"):
    case packed("UYI"):
    case packed("VND"):
    case packed("VUV"):
    case packed("XAF"):
    case packed("XOF"):
    case packed("XPF"):
      return 0;
    case packed("BHD"):
    case packed("IQD"):
    case packed("JOD"):
    case packed("KWD"):
    case packed("LYD"):
    case packed("OMR"):
    case packed("TND"):
      return 3;
    case packed("CLF"):
    case packed("UYW"):
      return 4;
    default:
      return 2;
  }
}

}  // namespace reportctl::rows
