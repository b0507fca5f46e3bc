// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "columns.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::source {

/// What every engine is opened with, and how it fails.
struct EngineSettings {
  std::string name;  ///< of the source, for messages
  rows::SourceForms forms;
  std::chrono::seconds timeout;  ///< of one operation; zero or less: none
  std::chrono::seconds silence;  ///< while the next row is waited for; zero: the same

  /// Error(source), unless a stop was asked for: whatever failed meanwhile.
  [[noreturn]] void fail(const Problem&) const;
  [[noreturn]] void fail_late() const;
};

/// All that the room asks of an engine. A reference has no default: what an engine lacks does not compile.
struct Engine {
  std::string (&url_problem)(std::string_view url);  ///< empty: none
  bool (&keeps)(const rows::InstantKindFacts&);
  std::unique_ptr<Source> (&open)(const SourceSettings&, EngineSettings);
};
extern const Engine kSqliteEngine;
extern const Engine kPostgresEngine;
extern const Engine kDuckdbEngine;
extern const Engine kMariadbEngine;
extern const Engine kClickhouseEngine;

/// What engines with types for moments keep.
bool keeps_typed_instants(const rows::InstantKindFacts&);

}  // namespace reportctl::source
