// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "whole_tables.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {

WholeTables::WholeTables(Connection& connection) : connection_(connection) {
  connection.execute("PRAGMA foreign_keys = OFF; PRAGMA cache_spill = ON");
}

WholeTables::~WholeTables() {
  try {
    connection_.execute("PRAGMA foreign_keys = ON; PRAGMA cache_spill = OFF");
  } catch (const Error&) {  // the connection is of no use any more: what opened it ends
  }
}

void WholeTables::require_whole() const {
  if (Query(connection_, R"sql(SELECT 1 FROM pragma_foreign_key_check LIMIT 1)sql").next())
    throw Error(ErrorKind::state,
                fmt::format("state file {}: rows point at others that do not exist", visible(connection_.path().string())),
                "nothing was changed; `reportctl state check` of the version before names them; restore a backup");
}

}  // namespace reportctl::store
