// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/store/progress.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Reads every row as the commands do, and judges what they would only stumble over later: JSON, names of things, dates, time
/// zones. One sentence for each row that cannot be read, at most a hundred; empty when all can be.
std::vector<std::string> unreadable_rows(State&, const RowsDone& = {});

/// A stored file that should be there: retention has not removed it.
struct KeptFile {
  std::string whose;  ///< `run 3f2a…`
  std::string sha256;
};
std::vector<KeptFile> kept_files(State&);

}  // namespace reportctl::store
