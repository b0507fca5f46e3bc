// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/generate.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::run {
namespace {

constexpr std::int64_t kRowsBetweenChecks = 2048;

render::AggregateKind aggregate_kind(catalog::Aggregate::Kind kind) {
  switch (kind) {
    case catalog::Aggregate::Kind::count:
      return render::AggregateKind::count;
    case catalog::Aggregate::Kind::total:
      return render::AggregateKind::total;
    case catalog::Aggregate::Kind::minimum:
      return render::AggregateKind::minimum;
    case catalog::Aggregate::Kind::maximum:
      return render::AggregateKind::maximum;
  }
  return render::AggregateKind::count;
}

std::vector<render::Figure> figures(const catalog::Shape& shape) {
  std::vector<render::Figure> result;
  for (const auto& metric : shape.summary) {
    result.push_back({.label = metric.label, .kind = aggregate_kind(metric.value.kind), .column = metric.value.column});
  }
  return result;
}

/// The chosen columns of a row, in the chosen order (C-15).
class Projection {
 public:
  Projection(const rows::Columns& all, const std::vector<std::string>& chosen) : everything_(chosen.empty()) {
    if (everything_) {
      columns_ = all;
      return;
    }
    for (const auto& name : chosen) {
      const auto at = std::find_if(all.begin(), all.end(), [&](const rows::Column& column) { return column.name == name; });
      if (at == all.end()) throw Error(ErrorKind::invalid, "column \"" + name + "\" is not in this report");
      from_.push_back(static_cast<std::size_t>(at - all.begin()));
      columns_.push_back(*at);
    }
    for (auto& column : columns_) {  // where the currency went; it may not be among the chosen
      const auto at = std::find(from_.begin(), from_.end(), static_cast<std::size_t>(column.currency_column));
      column.currency_column = column.currency_column < 0 || at == from_.end() ? -1 : static_cast<int>(at - from_.begin());
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

render::Document document_of(const RunPlan& plan) {
  const auto& scope = plan.resolved.scope;
  return {.title = plan.resolved.report->label,
          .account = plan.account.brand.name.empty() ? plan.account.name : plan.account.brand.name,
          .scope = scope.site.empty() ? std::string() : scope.str(),
          .period = schedule::describe(plan.window),
          .timezone = plan.zone.name(),
          .color = plan.account.brand.color,
          .at = plan.at};
}

/// The column that `day(placed_at)`, `sum(total)` or `status` speaks of; -1 for `count`.
int column_in(const rows::Columns& columns, std::string_view words) {
  const auto open = words.find('(');
  if (open != std::string_view::npos) words = words.substr(open + 1, words.find(')') - open - 1);
  const auto at = std::find_if(columns.begin(), columns.end(), [&](const rows::Column& column) { return column.name == words; });
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

/// Documents show it, and so do the mails of every format.
std::optional<render::ChartCollector> chart_of(const RunPlan& plan) {
  const auto& chart = plan.shape->chart;
  if (!chart) return std::nullopt;
  const auto& columns = plan.shape->columns;
  render::ChartPlan wanted;
  wanted.type = chart->type == "line"          ? render::ChartType::line
                : chart->type == "stacked_bar" ? render::ChartType::stacked_bar
                                               : render::ChartType::bar;
  wanted.x = column_in(columns, chart->x);
  wanted.y = column_in(columns, chart->y);
  if (!plan.window.snapshot && plan.window.first <= plan.window.last) {
    wanted.first_day = plan.window.first;
    wanted.last_day = plan.window.last;
  }
  return std::make_optional<render::ChartCollector>(columns, wanted, plan.zone);
}

/// Where a writer may spool: beside the stored files, if this user may write there.
std::filesystem::path spool_of(Parts& parts) {
  if (parts.settings().artifacts_url.empty()) return {};
  const auto& root = parts.artifacts().root();
  return ::access(root.c_str(), W_OK | X_OK) == 0 ? root : std::filesystem::path();
}

}  // namespace

File generate(Parts& parts, const RunPlan& plan, Sink& sink, const Progress& progress) {
  const auto started = std::chrono::steady_clock::now();
  HashingSink hashing(sink);
  render::Spec spec;
  spec.format = plan.resolved.format;
  Projection projection(plan.shape->columns, plan.resolved.columns);
  spec.columns = projection.columns();
  spec.zone = plan.zone;
  const auto& csv = plan.resolved.csv;
  spec.labels = csv.labels;
  spec.csv = {.bom = csv.bom, .crlf = csv.crlf, .delimiter = csv.delimiter};
  spec.document = document_of(plan);
  if (render::needs_spool(spec.format)) spec.spool = spool_of(parts);
  const auto writer = render::make_writer(spec, hashing);
  render::Summary summary(plan.shape->columns, figures(*plan.shape));
  auto chart = chart_of(plan);

  const auto stream = parts.source(plan.account.source).open(plan.query);
  while (const auto* row = stream->next()) {
    writer->row(projection(*row));
    summary.row(*row);
    if (chart) chart->row(*row);
    if (summary.rows() % kRowsBetweenChecks == 0) {
      throw_if_stopped();
      if (progress) progress(summary.rows(), static_cast<std::int64_t>(hashing.bytes()));
    }
  }
  File file;
  file.summary = summary.metrics(plan.zone);
  if (chart) file.chart = chart->data();
  writer->finish({.rows = summary.rows(), .metrics = file.summary, .chart = file.chart});
  file.rows = summary.rows();
  file.bytes = static_cast<std::int64_t>(hashing.bytes());
  file.sha256 = hashing.sha256();
  file.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started).count();
  return file;
}

}  // namespace reportctl::run
