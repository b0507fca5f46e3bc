// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl::source {

/// Why a connection could not be made.
struct Refusal {
  std::string sqlstate;  ///< of a server that answered; empty for a failure on the way
  std::string words;
  [[nodiscard]] std::string hint() const;
};
/// From libpq's message at PQERRORS_VERBOSE, the only place where it leaves the SQLSTATE of a refused login. The words of a
/// server are in its own language; those of libpq are in English.
Refusal read_refusal(std::string_view message);

}  // namespace reportctl::source
