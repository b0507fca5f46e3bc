// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "exit_codes.hpp"

#include <array>
#include <csignal>

#include "reportctl/base/stop.hpp"

namespace reportctl::cli {
namespace {

struct ErrorRow {
  ErrorKind kind;
  const char* word;
  int code;
};

/// The one table (reportctl-exit-codes.7).
constexpr std::array<ErrorRow, 13> kErrorRows{{
    {ErrorKind::failed, "failed", exit_code::kFailed},
    {ErrorKind::usage, "usage", exit_code::kUsage},
    {ErrorKind::not_permitted, "not_permitted", exit_code::kNotPermitted},
    {ErrorKind::not_found, "not_found", exit_code::kNotFound},
    {ErrorKind::conflict, "conflict", exit_code::kConflict},
    {ErrorKind::invalid, "invalid", exit_code::kInvalid},
    {ErrorKind::busy, "busy", exit_code::kBusy},
    {ErrorKind::state, "state", exit_code::kState},
    {ErrorKind::source, "source", exit_code::kSource},
    {ErrorKind::output, "output", exit_code::kOutput},
    {ErrorKind::deferred, "deferred", exit_code::kDeferred},
    {ErrorKind::config, "config", exit_code::kConfig},
    {ErrorKind::interrupted, "interrupted", exit_code::kSignal},
}};

constexpr bool error_rows_in_order() {
  for (std::size_t i = 0; i < kErrorRows.size(); ++i)
    if (static_cast<std::size_t>(kErrorRows[i].kind) != i) return false;
  return kErrorRows.back().kind == ErrorKind::interrupted;
}
static_assert(error_rows_in_order());

const ErrorRow& row_of(ErrorKind kind) { return kErrorRows.at(static_cast<std::size_t>(kind)); }

}  // namespace

int exit_code_of(ErrorKind kind) {
  const int code = row_of(kind).code;
  if (code != exit_code::kSignal) return code;
  return code + (stop_signal() != 0 ? stop_signal() : SIGTERM);
}

const char* error_word(ErrorKind kind) { return row_of(kind).word; }

ErrorKind error_kind(std::string_view word) {
  for (const auto& row : kErrorRows)
    if (row.word == word) return row.kind;
  return ErrorKind::failed;
}

}  // namespace reportctl::cli
