// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string>

#include "reportctl/store/audit.hpp"
#include "terminal/output_file.hpp"

namespace reportctl::cli {

class Session;

struct StoredFile {
  std::string sha256;
  std::string whose;  ///< `run 3f2a…`
  std::optional<std::int64_t> bytes{};
};
/// The exact bytes that were stored, their hash checked before and while they are written. The event is recorded when anything
/// has left the house. Errors as the artifact room promises.
void write_stored(Session&, const Destination&, const StoredFile&, const std::function<store::AuditEvent(bool complete)>& event);

}  // namespace reportctl::cli
