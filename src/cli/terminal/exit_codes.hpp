// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "reportctl/base/error.hpp"

namespace reportctl::cli {

/// reportctl-exit-codes.7; exit_codes.cpp says which kind of error has which.
namespace exit_code {
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kUnsuccessful = 3;  ///< finished, but at least one run or recipient was rejected, failed or refused
constexpr int kNotPermitted = 4;
constexpr int kNotFound = 5;
constexpr int kConflict = 6;
constexpr int kInvalid = 7;
constexpr int kBusy = 11;
constexpr int kState = 12;
constexpr int kSource = 13;
constexpr int kUnknownDelivery = 14;
constexpr int kOutput = 74;
constexpr int kDeferred = 75;
constexpr int kConfig = 78;
constexpr int kSignal = 128;  ///< plus the signal's number
}  // namespace exit_code

/// For interrupted: 128 + the signal that asked.
int exit_code_of(ErrorKind);
/// `not_permitted`, `config`, …: the word of a kind in JSON.
const char* error_word(ErrorKind);
/// The way back; `failed` for an unknown word.
ErrorKind error_kind(std::string_view word);

}  // namespace reportctl::cli
