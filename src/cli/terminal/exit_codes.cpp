// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "exit_codes.hpp"

#include <csignal>

#include "reportctl/base/stop.hpp"

namespace reportctl::cli {

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return exit_code::kFailed;
    case ErrorKind::usage:
      return exit_code::kUsage;
    case ErrorKind::not_permitted:
      return exit_code::kNotPermitted;
    case ErrorKind::not_found:
      return exit_code::kNotFound;
    case ErrorKind::conflict:
      return exit_code::kConflict;
    case ErrorKind::invalid:
      return exit_code::kInvalid;
    case ErrorKind::state:
      return exit_code::kState;
    case ErrorKind::source:
      return exit_code::kSource;
    case ErrorKind::output:
      return exit_code::kOutput;
    case ErrorKind::deferred:
      return exit_code::kDeferred;
    case ErrorKind::config:
      return exit_code::kConfig;
    case ErrorKind::interrupted:
      return exit_code::kSignal + (stop_signal() != 0 ? stop_signal() : SIGTERM);
  }
  return exit_code::kFailed;
}

const char* error_word(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return "failed";
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::not_permitted:
      return "not_permitted";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::state:
      return "state";
    case ErrorKind::source:
      return "source";
    case ErrorKind::output:
      return "output";
    case ErrorKind::deferred:
      return "deferred";
    case ErrorKind::config:
      return "config";
    case ErrorKind::interrupted:
      return "interrupted";
  }
  return "failed";
}

}  // namespace reportctl::cli
