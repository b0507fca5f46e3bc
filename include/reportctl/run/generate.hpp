// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/base/file.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/mail/templates.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/deliveries.hpp"

namespace reportctl::run {

struct File {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string sha256;
  std::int64_t milliseconds = 0;
  std::vector<render::Metric> summary;
  render::ChartData chart;  ///< empty() where the module has none, or neither the file nor a mail shows it
};

/// What the body of a mail shows besides figures and chart.
struct Showing {
  mail::FirstRows first_rows;
  std::optional<schedule::Window> compared_with;
  std::optional<Date> compared_since;             ///< the first day of it that has rows, where the days before are missing
  std::vector<std::vector<std::string>> changes;  ///< of each metric, as mail::Figure::changes; empty without compared_with
};
/// What a condition (`send`) is decided by.
struct Measured {
  std::vector<render::Metric> figures;  ///< of the terms that compare one, in their order
  std::vector<render::Metric> before;   ///< the same of the period before; empty: there is none, or no term asks
  std::string fingerprint;              ///< of a condition with `changed`: SHA-256 of the chosen columns as CSV
};
/// Rows and bytes so far; called now and then, for progress on a terminal.
using Progress = std::function<void(std::int64_t rows, std::int64_t bytes)>;

enum class Purpose {
  file,
  mail,  ///< also what the body of its mail shows; with `compare:` in the module the metrics of the period before
};
/// How a file is made. Without anything: the whole file, and nothing besides.
struct Making {
  Purpose purpose = Purpose::file;
  Progress progress = {};
  std::optional<std::int64_t> first_rows = {};     ///< only its beginning: no row after these is in it, nor in its figures
  std::function<void(const rows::Row&)> see = {};  ///< gets each row as the file has it
  std::vector<Sink*> more_sinks = {};              ///< of RunPlan::more_files; none: they are not made
  render::Workbook* workbook = nullptr;            ///< the rows become sheets of it, and no file
  const schedule::Condition* condition = nullptr;  ///< of Purpose::mail: what it is decided by is measured
};
struct MadeFile {
  File file;
  std::vector<store::RunFile> files;  ///< all that were written; the first one is `file`
  Showing showing;                    ///< Purpose::mail
  Measured measured;                  ///< with Making::condition
  bool more = false;                  ///< there are rows after Making::first_rows
};

/// Source → rows → writers → sinks: the one making of every file, on demand, scheduled, exported, tested or previewed. Constant
/// memory. Error(source) when the source fails, Error(output) when the sink does, Error(interrupted) on a stop; what was written
/// then is worthless.
MadeFile make_file(Parts&, const RunPlan&, Sink&, const Making& = {});

/// All files of a plan, its further reports' too, each into the sink of its place in RunPlan::files(). What a mail shows and what
/// a condition is decided by are those of the plan itself.
MadeFile make_files(Parts&, const RunPlan&, const std::vector<Sink*>&, const Making& = {});

/// The columns of that file.
rows::Columns chosen_columns(const RunPlan&);

/// Files that are in the store, and still open.
struct StoredFile : MadeFile {
  std::vector<TempFile> spools;  ///< of MadeFile::files
};
/// Room on the disk for twice the last file of the same format (Error(output)) → make_file() → store; of several formats either
/// all are stored or it throws.
StoredFile make_stored_file(Parts&, const RunPlan&, const Making& = {});

/// From what the newest files of the report cost this account.
struct Estimate {
  std::chrono::milliseconds time{};  ///< the median
  std::size_t measured = 0;          ///< of so many
};
/// nullopt: no file of it was ever made.
std::optional<Estimate> estimate(Parts&, const std::string& account, const std::string& report);

/// What the ledger keeps of a file: store::Generated and store::ExportEnd alike.
template <typename Record>
void record_file(Record& record, const RunPlan& plan, const File& file) {
  record.period = plan.window.period();
  record.timezone = plan.zone.name();
  record.rows = file.rows;
  record.bytes = file.bytes;
  record.generation_ms = file.milliseconds;
  record.artifact_sha256 = file.sha256;
  record.artifact_name = plan.file_name;
}

}  // namespace reportctl::run
