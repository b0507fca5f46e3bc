// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/cell.hpp"

namespace reportctl::rows {
namespace {

/// Three ASCII letters of any case as one number.
constexpr std::uint32_t packed(std::string_view code) {
  std::uint32_t value = 0;
  for (const char c : code) value = (value << 8U) | (static_cast<unsigned char>(c) & 0xDFU);
  return value;
}

}  // namespace

int minor_digits(std::string_view currency) {
  if (currency.size() != 3) return 2;
  switch (packed(currency)) {  // ISO 4217 list one: the codes whose minor unit is not 2
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
