// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/catalog/report.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::run {

/// What keeps a source from serving a report.
struct Stopped {
  std::vector<std::string>
      missing;      ///< all of them: `table depots (id, name)`, `chargers.model`; empty when it is something else
  std::string why;  ///< one line; empty: nothing, it serves the report
};
/// Has the source prepare every query of the report, without running any. `tables`: what the source has.
Stopped why_stopped(source::Source&, const catalog::Report&, const std::vector<source::TableInfo>& tables, Instant now);

/// The columns that the report's (first) query gives, as the source takes them.
source::Described columns_in(source::Source&, const catalog::Report&, const std::string& account_key, Instant now);

}  // namespace reportctl::run
