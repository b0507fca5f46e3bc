// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace reportctl {

/// What kind of thing went wrong. `cli` holds the one table from kinds to exit codes.
enum class ErrorKind {
  failed,         ///< nothing more specific
  usage,          ///< the command line makes no sense
  not_permitted,  ///< the actor may not do this
  not_found,
  conflict,     ///< exists already, or in the wrong state
  invalid,      ///< a rule was broken: schedule, parameters, module, file
  busy,         ///< another process keeps the state file locked
  state,        ///< state file: read-only, corrupt, newer schema
  source,       ///< a data source is unreachable, or its query failed
  output,       ///< a result could not be written
  deferred,     ///< a temporary refusal; the work will be retried
  config,       ///< configuration or credentials
  interrupted,  ///< a stop was requested (see base/stop.hpp)
};

/// Whatever the process would do next meets the same: a stop was requested, or the state file cannot be used.
constexpr bool ends_process(ErrorKind kind) {
  return kind == ErrorKind::interrupted || kind == ErrorKind::busy || kind == ErrorKind::state;
}

/// The only exception type that reportctl throws on purpose. The message is one sentence for the operator: who, where, what.
/// `hint` says what to do next. Neither is ever shown to a recipient of a mail.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}
  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

/// What helps where `errno_value` says that a limit of the system was reached (open files, memory, space, size of a file); else
/// empty.
std::string limit_hint(int errno_value);

/// `cannot write /srv/x: No space left on device`: `what`, a colon, and the system's words for `errno_value`. A limit that was
/// reached has its own hint, whatever `hint` is.
Error system_error(ErrorKind kind, std::string_view what, int errno_value, std::string hint = {});

}  // namespace reportctl
