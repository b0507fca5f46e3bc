// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "reportctl/source/source.hpp"

namespace reportctl::testing {

/// One kind of source as the contract suite sees it: a place where the owner makes data, and the source that reads them.
/// The suite speaks plain SQL; where dialects differ, the lab says how.
class SourceLab {
 public:
  virtual ~SourceLab() = default;
  /// As the owner of the data, on a connection of its own.
  virtual void execute(const std::string& sql) = 0;
  /// The source, named `lab`.
  virtual std::unique_ptr<source::Source> open(std::chrono::seconds timeout) = 0;
  /// All that is stored, in any form that changes when the data do.
  virtual std::string fingerprint() = 0;
  /// A literal of that instant, written like 2026-03-17T06:00:00Z.
  [[nodiscard]] virtual std::string instant(const std::string& utc) const = 0;
  [[nodiscard]] virtual std::string day(const std::string& date) const = 0;
  [[nodiscard]] virtual std::string truth(const std::string& word) const = 0;  ///< `true` or `false`
  /// A type that holds megabytes of text.
  [[nodiscard]] virtual std::string long_text() const { return "TEXT"; }
  /// Rows of a number n that do not end, and come one by one.
  [[nodiscard]] virtual std::string endless() const {
    return "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i AS n FROM c";
  }
  /// For FROM: rows of a number i, from 1 to 20,000.
  [[nodiscard]] virtual std::string counting() const {
    return "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) SELECT i FROM c) counting";
  }
  /// What tables() finds from the beginning.
  [[nodiscard]] virtual std::vector<std::string> own_tables() const { return {}; }
  /// `expression` is one of the list bound as `bind`.
  [[nodiscard]] virtual std::string in_list(const std::string& expression, const std::string& bind) const = 0;
  /// Statements beyond plain SQL that write, or reach for what a reader must not have; all give a column n.
  [[nodiscard]] virtual std::vector<std::string> forbidden() const = 0;
  /// The same, where only running them shows it.
  [[nodiscard]] virtual std::vector<std::string> forbidden_at_run() const = 0;
};

struct LabKind {
  const char* name;
  std::unique_ptr<SourceLab> (*make)();  ///< nullptr where this machine cannot test it, which it has said then
};
/// Every kind of source.
const std::vector<LabKind>& lab_kinds();

}  // namespace reportctl::testing
