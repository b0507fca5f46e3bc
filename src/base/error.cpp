// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/error.hpp"

#include <fmt/format.h>

#include <system_error>

namespace reportctl {

Error system_error(ErrorKind kind, std::string_view what, int errno_value, std::string hint) {
  return Error(kind, fmt::format("{}: {}", what, std::generic_category().message(errno_value)), std::move(hint));
}

}  // namespace reportctl
