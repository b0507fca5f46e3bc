// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/generate.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <optional>
#include <string_view>

#include "comparison.hpp"
#include "condition.hpp"
#include "onlookers.hpp"
#include "plan_checks.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/store/exports.hpp"

namespace reportctl::run {
namespace {

constexpr std::int64_t kRowsBetweenChecks = 2048;
constexpr int kRemembered = 20;
/// Smaller files are not worth a refusal: whether they fit shows at once.
constexpr std::int64_t kLargeFile = 1'000'000;
/// Writers spool beside the file, and the next one may be larger.
constexpr std::int64_t kMargin = 2;

render::Figure figure_of(std::string label, const catalog::Aggregate& value) {
  return {.label = std::move(label),
          .kind = value.kind,
          .column = value.column,
          .divisor = value.divisor,
          .is_percent = value.is_percent};
}

/// Those of the summary, then those that a condition asks for.
std::vector<render::Figure> figures(const catalog::Shape& shape, const std::vector<catalog::Aggregate>& asked) {
  std::vector<render::Figure> result;
  for (const auto& metric : shape.summary) result.push_back(figure_of(metric.label, metric.value));
  for (const auto& value : asked) result.push_back(figure_of({}, value));
  return result;
}

/// Takes the figures of the condition away from those of the summary.
std::vector<render::Metric> take_asked(std::vector<render::Metric>& metrics, std::size_t summary) {
  std::vector<render::Metric> asked(std::make_move_iterator(metrics.begin() + static_cast<std::ptrdiff_t>(summary)),
                                    std::make_move_iterator(metrics.end()));
  metrics.resize(summary);
  return asked;
}

/// The chosen columns of a row, in the chosen order.
class Projection {
 public:
  Projection(const rows::Columns& all, const std::vector<std::string>& chosen) : everything_(chosen.empty()) {
    if (everything_) {
      columns_ = all;
      return;
    }
    for (const auto& name : catalog::with_currencies(all, chosen)) {
      const auto at = std::find_if(all.begin(), all.end(), [&](const rows::Column& column) { return column.name == name; });
      if (at == all.end()) throw Error(ErrorKind::invalid, "column \"" + name + "\" is not in this report");
      from_.push_back(static_cast<std::size_t>(at - all.begin()));
      columns_.push_back(*at);
    }
    for (auto& column : columns_) {  // where the currency went
      const auto at = std::find(from_.begin(), from_.end(), static_cast<std::size_t>(column.currency_column));
      column.currency_column = at == from_.end() ? -1 : static_cast<int>(at - from_.begin());
    }
    cells_.resize(from_.size());
  }
  [[nodiscard]] const rows::Columns& columns() const { return columns_; }
  rows::Row operator()(const rows::Row& row) {
    if (everything_) return row;
    for (std::size_t i = 0; i < from_.size(); ++i) cells_[i] = row[from_[i]];
    return cells_;
  }

 private:
  bool everything_;
  std::vector<std::size_t> from_;
  rows::Columns columns_;
  std::vector<rows::Cell> cells_;
};

render::Document document_of(const RunPlan& plan, const settings::PdfSettings& pdf) {
  const catalog::Report& report = *plan.resolved.report;
  std::vector<std::string> formats = report.formats;
  formats.insert(formats.end(), report.formats_on_demand.begin(), report.formats_on_demand.end());
  return {.title = plan.resolved.title,
          .account = plan.account.shown_name(),
          .scope = plan.site_name,
          .period = schedule::describe(plan.window, plan.resolved.language),
          .timezone = plan.zone.name(),
          .filters = plan.filters,
          .formats = std::move(formats),
          .color = plan.account.brand.color,
          .at = plan.made_at,
          .paper = pdf.paper,
          .max_rows = pdf.max_rows,
          .language = plan.resolved.language};
}

/// Where a writer may spool: beside the stored files, if this user may write there.
std::filesystem::path spool_of(Parts& parts) {
  if (parts.settings().artifacts.url.empty()) return {};
  const auto& root = parts.artifacts().root();
  return ::access(root.c_str(), W_OK | X_OK) == 0 ? root : std::filesystem::path();
}

render::Spec spec_of(Parts& parts, const RunPlan& plan, const std::string& format, const rows::Columns& columns) {
  render::Spec spec;
  spec.format = format;
  spec.columns = columns;
  spec.zone = plan.zone;
  const auto& csv = plan.resolved.csv;
  spec.labels = csv.labels;
  spec.csv = {.bom = csv.bom, .crlf = csv.crlf, .delimiter = csv.delimiter, .decimal = csv.decimal, .guard = csv.guard};
  spec.document = document_of(plan, parts.settings().pdf);
  if (!plan.sheet.empty()) spec.sheet = plan.sheet;
  if (render::needs_spool(spec.format)) spec.spool = spool_of(parts);
  return spec;
}

/// A file that is being written.
class Output {
 public:
  Output(Sink& sink, const render::Spec& spec, std::string name)
      : format_(spec.format),
        name_(std::move(name)),
        hashing_(sink),
        own_writer_(render::make_writer(spec, hashing_)),
        writer_(own_writer_.get()) {}
  /// Sheets of a workbook.
  Output(Sink& sink, const render::Spec& spec, render::Workbook& workbook)
      : format_(spec.format), hashing_(sink), writer_(&workbook.report(spec)) {}
  void row(const rows::Row& row) { writer_->row(row); }
  store::RunFile finish(const std::string& report, const render::Closing& closing) {
    writer_->finish(closing);
    return {
        .report = report, .format = format_, .name = name_, .sha256 = hashing_.sha256(), .rows = closing.rows, .bytes = bytes()};
  }
  [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(hashing_.bytes()); }

 private:
  std::string format_, name_;
  HashingSink hashing_;
  std::unique_ptr<render::Writer> own_writer_;
  render::Writer* writer_;
};

/// What tells whether the rows are those that were sent last: neither the form of the file nor its options take part.
class Fingerprint {
 public:
  Fingerprint(const rows::Columns& columns, const Zone& zone) : hash_(nowhere_) {
    render::Spec spec;
    spec.format = "csv";
    spec.columns = columns;
    spec.zone = zone;
    writer_ = render::make_writer(spec, hash_);
  }
  void row(const rows::Row& row) { writer_->row(row); }
  std::string finish(std::int64_t rows) {
    writer_->finish({.rows = rows, .metrics = {}, .chart = {}});
    return hash_.sha256();
  }

 private:
  Nowhere nowhere_;
  HashingSink hash_;
  std::unique_ptr<render::Writer> writer_;
};

using Aggregates = std::vector<catalog::Aggregate>;

std::vector<render::Metric> metrics_of(Parts& parts, const RunPlan& plan, const Aggregates& asked, const schedule::Window& window,
                                       FirstDay& first_day) {
  auto& source = parts.source(plan.account.source);
  const auto query = catalog::build_query(*plan.resolved.report, query_inputs(plan, window), source.forms());
  render::Summary summary(plan.shape->columns, figures(*plan.shape, asked), spool_of(parts));
  const auto stream = source.open(query);
  while (const auto* row = stream->next()) {
    summary.row(*row);
    first_day.row(*row);
    if (summary.rows() % kRowsBetweenChecks == 0) throw_if_stopped();
  }
  return summary.metrics(plan.locale());
}

/// How the figures changed against the period before. Precondition: the module compares.
void look_back(Parts& parts, const RunPlan& plan, const Aggregates& asked, const FirstDay& first_day, MadeFile& made) {
  const auto& metrics = plan.shape->summary;
  if ((metrics.empty() && asked.empty()) || !plan.compared_with) return;
  auto first_before = first_day.anew();
  auto before = metrics_of(parts, plan, asked, *plan.compared_with, first_before);
  made.measured.before = take_asked(before, metrics.size());
  const MissingDays missing{first_day.days_after(plan.window), first_before.days_after(*plan.compared_with)};
  if (!metrics.empty()) compare(plan, before, missing, made);
}

}  // namespace

MadeFile make_file(Parts& parts, const RunPlan& plan, Sink& sink, const Making& making) {
  const auto started = parts.ticks();
  Projection projection(plan.shape->columns, plan.resolved.columns);
  Onlookers onlookers(plan, projection.columns(), making.purpose);
  const bool watched = onlookers.any();
  const auto asked = making.condition == nullptr ? Aggregates() : figures_of(*making.condition, *plan.shape);
  std::optional<Fingerprint> fingerprint;
  if (making.condition != nullptr && making.condition->asks_changed()) fingerprint.emplace(projection.columns(), plan.zone);
  std::deque<Output> outputs;
  const auto spec = spec_of(parts, plan, plan.resolved.format, projection.columns());
  if (making.workbook != nullptr)
    outputs.emplace_back(sink, spec, *making.workbook);
  else
    outputs.emplace_back(sink, spec, plan.file_name);
  for (std::size_t i = 0; i < making.more_sinks.size(); ++i) {
    const auto& [format, name] = plan.more_files.at(i);
    outputs.emplace_back(*making.more_sinks[i], spec_of(parts, plan, format, projection.columns()), name);
  }
  render::Summary summary(plan.shape->columns, figures(*plan.shape, asked), spool_of(parts));

  MadeFile made;
  const auto stream = parts.source(plan.account.source).open(plan.query);
  while (const auto* row = stream->next()) {
    if (making.first_rows && summary.rows() == *making.first_rows) {
      made.more = true;
      break;
    }
    const auto chosen = projection(*row);
    for (auto& output : outputs) output.row(chosen);
    summary.row(*row);
    if (fingerprint) fingerprint->row(chosen);
    if (watched) onlookers.row(*row, chosen);
    if (making.see) making.see(chosen);
    if (summary.rows() % kRowsBetweenChecks == 0) {
      throw_if_stopped();
      if (making.progress) making.progress(summary.rows(), outputs.front().bytes());
    }
  }
  auto& file = made.file;
  file.summary = summary.metrics(plan.locale());
  made.measured.figures = take_asked(file.summary, plan.shape->summary.size());
  if (fingerprint) made.measured.fingerprint = fingerprint->finish(summary.rows());
  onlookers.show(made);
  const render::Closing closing{.rows = summary.rows(), .metrics = file.summary, .chart = file.chart};
  for (auto& output : outputs) made.files.push_back(output.finish(plan.resolved.report->id, closing));
  file.rows = summary.rows();
  file.bytes = made.files.front().bytes;
  file.sha256 = made.files.front().sha256;
  file.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(parts.ticks() - started).count();
  if (onlookers.first_day()) look_back(parts, plan, asked, *onlookers.first_day(), made);
  return made;
}

rows::Columns chosen_columns(const RunPlan& plan) { return Projection(plan.shape->columns, plan.resolved.columns).columns(); }

namespace {

/// One file, with the rows of all of them in it.
MadeFile make_workbook(Parts& parts, const RunPlan& plan, Sink& sink, Making making) {
  HashingSink hashing(sink);
  const auto book = render::make_workbook(spec_of(parts, plan, plan.resolved.format, chosen_columns(plan)), hashing);
  making.workbook = book.get();
  auto made = make_file(parts, plan, sink, making);
  auto& file = made.files.front();
  for (const auto& one : plan.also) file.rows += make_file(parts, one, sink, {.workbook = book.get()}).file.rows;
  book->finish();
  file.name = plan.file_name;
  file.bytes = made.file.bytes = static_cast<std::int64_t>(hashing.bytes());
  file.sha256 = made.file.sha256 = hashing.sha256();
  return made;
}

}  // namespace

MadeFile make_files(Parts& parts, const RunPlan& plan, const std::vector<Sink*>& sinks, const Making& making) {
  if (plan.is_workbook) return make_workbook(parts, plan, *sinks.front(), making);
  auto next = sinks.begin();
  const auto make = [&](const RunPlan& one, Making how) {
    auto& sink = **next++;
    for (std::size_t i = 0; i < one.more_files.size(); ++i) how.more_sinks.push_back(*next++);
    return make_file(parts, one, sink, how);
  };
  auto made = make(plan, making);
  for (const auto& one : plan.also) {
    auto further = make(one, {});
    made.files.insert(made.files.end(), further.files.begin(), further.files.end());
  }
  return made;
}

std::optional<Estimate> estimate(Parts& parts, const std::string& account, const std::string& report) {
  auto found = store::measured(parts.state(), account, report, kRemembered);
  if (found.empty()) return std::nullopt;
  const auto middle = found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2);
  std::nth_element(found.begin(), middle, found.end(),
                   [](const auto& a, const auto& b) { return a.milliseconds < b.milliseconds; });
  return Estimate{.time = std::chrono::milliseconds(middle->milliseconds), .measured = found.size()};
}

namespace {

/// Room for twice the last file of the same format.
void require_space(Parts& parts, const RunPlan& plan) {
  const auto found = store::measured(parts.state(), plan.account.id, plan.resolved.report->id, kRemembered);
  const auto last = std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.format == plan.resolved.format; });
  if (last == found.end() || last->bytes < kLargeFile) return;
  const auto& root = parts.artifacts().root();
  struct statvfs space {};
  if (::statvfs(root.c_str(), &space) != 0) return;  // what is wrong with it, writing will tell
  const auto free = static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
  if (free / kMargin >= last->bytes) return;
  throw Error(ErrorKind::output,
              fmt::format("{}: {} are free, and this report needs about {}: its last file had {}", root.string(), size_text(free),
                          size_text(last->bytes * kMargin), size_text(last->bytes)),
              "free space there (reportctl prune), or move artifacts.url to a larger disk");
}

}  // namespace

StoredFile make_stored_file(Parts& parts, const RunPlan& plan, const Making& making) {
  require_space(parts, plan);
  auto& artifacts = parts.own_artifacts();
  std::vector<TempFile> spools;
  for (std::size_t i = 0; i < plan.files().size(); ++i) spools.push_back(artifacts.spool());
  std::vector<Sink*> sinks;
  for (auto& spool : spools) sinks.push_back(&spool);
  auto made = make_files(parts, plan, sinks, making);
  for (std::size_t i = 0; i < spools.size(); ++i) artifacts.put(spools[i], made.files[i].sha256);
  return {std::move(made), std::move(spools)};
}

}  // namespace reportctl::run
