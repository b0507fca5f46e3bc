// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace reportctl {

std::string limit_hint(int errno_value) {
  switch (errno_value) {
    case EMFILE:
      return "allow more open files: ulimit -n, or the service's LimitNOFILE";
    case ENFILE:
      return "allow more open files on this machine: sysctl fs.file-max";
    case ENOMEM:
      return "allow more memory: ulimit -v, or the service's MemoryMax";
    case EFBIG:
      return "allow larger files: ulimit -f, or the service's LimitFSIZE";
    case ENOSPC:
    case EDQUOT:
      return "free space on its file system, or raise the quota";
    default:
      return {};
  }
}

Error system_error(ErrorKind kind, std::string_view what, int errno_value, std::string hint) {
  std::string limit = limit_hint(errno_value);
  return Error(kind, fmt::format("{}: {}", what, std::generic_category().message(errno_value)),
               limit.empty() ? std::move(hint) : std::move(limit));
}

}  // namespace reportctl
