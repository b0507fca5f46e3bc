// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "onlookers.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "reportctl/base/line_ends.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/rows/file_format.hpp"

namespace reportctl::run {
namespace {

using rows::ColumnType;

// In letters; a column that would not fit is shortened once.
constexpr std::size_t kWidestCell = 40;
constexpr std::size_t kShortCell = 24;
// In pixels of the template: 13 px letters, 12 px between columns, the width of the card without its edges.
constexpr double kGap = 12;
constexpr double kScreen = 490;
constexpr double kPhone = 300;      // pixels() is generous: 280 of a screen of 320
constexpr double kLeastName = 100;  // words of few letters would stand below one another

/// About as wide as the usual fonts have it, rather more than less.
double pixels(std::string_view text) {
  constexpr std::string_view kNarrow = " .,:;'|!()[]/-filjrtI";
  constexpr std::string_view kWide = "mwMW@%";
  double width = 0;
  std::size_t ascii = 0;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    ++ascii;
    const bool capital = c >= 'A' && c <= 'Z';
    width += kNarrow.find(c) != std::string_view::npos ? 4.8
             : kWide.find(c) != std::string_view::npos ? 12.2
             : capital                                 ? 9.3
                                                       : 7.4;
  }
  return width + 7.6 * static_cast<double>(display_width(text) - std::min(ascii, display_width(text)));
}

/// An address is read as its lines; a mail's table has no room for them.
std::string on_one_line(const std::string& text) {
  std::vector<std::string> lines;
  for (std::string& line : split(with_line_feeds(text), '\n')) {
    std::replace(line.begin(), line.end(), '\t', ' ');
    if (const auto words = trim(line); !words.empty()) lines.emplace_back(words);
  }
  return join(lines, " / ");
}

std::string cell_text(const rows::Columns& columns, std::size_t at, const rows::Row& row, const Locale& locale) {
  const auto& column = columns[at];
  std::string text = render::value_text(column, row[at], locale);
  if (column.type == ColumnType::money && !text.empty() && column.currency_column >= 0)
    text += " " + std::string(row[static_cast<std::size_t>(column.currency_column)].text);
  return fit_width(visible(on_one_line(repair_utf8(text))), kWidestCell);
}

double longest_word(const std::string& text) {
  double widest = 0;
  for (const auto& word : split(text, ' ')) widest = std::max(widest, pixels(word));
  return widest;
}

struct Taken {
  std::size_t longest;
  double width;
  double broken;  ///< where names may stand on several lines
  bool narrow = false;
};

/// `ranked`: of `taken`, the first of them the names.
void choose_for_phone(std::map<std::size_t, Taken>& taken, std::vector<std::size_t> ranked, const rows::Columns& columns) {
  // Names without their figures say little: the first figure and the first amount come second, and names are broken for them.
  std::size_t keys = 1;
  const auto forward = [&](const auto& is_wanted) {
    const auto place = ranked.begin() + static_cast<std::ptrdiff_t>(keys);
    const auto found = std::find_if(place, ranked.end(), [&](std::size_t i) { return is_wanted(columns[i].type); });
    if (found == ranked.end()) return;
    std::rotate(place, found, found + 1);
    ++keys;
  };
  forward([](ColumnType type) { return facts_of(type).number; });
  if (keys > 1 && columns[ranked[1]].type != ColumnType::money)
    forward([](ColumnType type) { return type == ColumnType::money; });
  Taken& names = taken.at(ranked.front());
  names.narrow = true;
  double beside = 0;
  for (std::size_t place = 1; place < ranked.size(); ++place) {
    Taken& column = taken.at(ranked[place]);
    const double room = kPhone - (place < keys ? names.broken : names.width) - beside;
    column.narrow = (place == 1 && keys > 1) || kGap + column.width <= room;
    if (column.narrow) beside += kGap + column.width;
  }
}

}  // namespace

void FirstRowsCollector::row(const rows::Row& row) {
  if (++count_ > static_cast<std::int64_t>(kRows)) return;
  auto& texts = rows_.emplace_back();
  for (std::size_t i = 0; i < columns_.size(); ++i) texts.push_back(cell_text(columns_, i, row, locale_));
}

std::vector<std::size_t> FirstRowsCollector::by_rank() const {
  std::vector<std::size_t> order;
  for (const auto& name : telling_) {
    const auto at = std::find_if(columns_.begin(), columns_.end(), [&](const auto& column) { return column.name == name; });
    const auto index = static_cast<std::size_t>(at - columns_.begin());
    if (at != columns_.end() && std::find(order.begin(), order.end(), index) == order.end()) order.push_back(index);
  }
  const auto told = order;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (std::find(told.begin(), told.end(), i) == told.end()) order.push_back(i);
  return order;
}

mail::FirstRows FirstRowsCollector::table() const {
  std::set<std::size_t> beside;  // currencies that their amounts name
  for (const auto& column : columns_)
    if (column.type == ColumnType::money && column.currency_column >= 0)
      beside.insert(static_cast<std::size_t>(column.currency_column));
  std::map<std::size_t, Taken> taken;  // by column
  std::vector<std::size_t> ranked;
  double used = 0;
  const auto label_of = [&](std::size_t column) { return fit_width(visible(columns_[column].label), kShortCell); };
  for (const std::size_t i : by_rank()) {
    const bool blank = std::all_of(rows_.begin(), rows_.end(), [i](const auto& row) { return row[i].empty(); });
    if (blank || beside.contains(i)) continue;
    const double gap = taken.empty() ? 0 : kGap;
    const auto measured = [&](std::size_t longest) {
      const double heading = longest_word(label_of(i));
      Taken column{longest, heading, heading};
      for (const auto& row : rows_) {
        const std::string text = fit_width(row[i], longest);
        const bool whole = facts_of(columns_[i].type).number || mail::is_unbroken(text);
        column.width = std::max(column.width, pixels(text));
        column.broken =
            std::max(column.broken, whole ? pixels(text) : std::min(pixels(text), std::max(longest_word(text), kLeastName)));
      }
      return column;
    };
    Taken column = measured(kWidestCell);
    if (used + gap + column.width > kScreen) column = measured(kShortCell);
    if (used + gap + column.width > kScreen && !taken.empty()) break;
    used += gap + column.width;
    taken.emplace(i, column);
    ranked.push_back(i);
  }
  if (!ranked.empty()) choose_for_phone(taken, ranked, columns_);
  mail::FirstRows table;
  for (const auto& [column, how] : taken)
    table.columns.push_back({.label = label_of(column), .number = facts_of(columns_[column].type).number, .wide = !how.narrow});
  for (const auto& row : rows_) {
    auto& texts = table.rows.emplace_back();
    for (const auto& [column, how] : taken) texts.push_back(fit_width(row[column], how.longest));
  }
  table.more = count_ - static_cast<std::int64_t>(rows_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!taken.contains(i) && !beside.contains(i)) table.left_out.push_back(label_of(i));
  return table;
}

namespace {

constexpr std::int64_t kNoDay = std::numeric_limits<std::int64_t>::max();

/// The column of `date`, `day(placed_at)` or `sum(total)`; -1 for `count`. The loader has checked the words.
int charted_column(const rows::Columns& columns, std::string_view words) {
  const std::size_t open = words.find('(');
  if (open != std::string_view::npos) words = words.substr(open + 1, words.rfind(')') - open - 1);
  words = trim(words);
  const auto at = std::find_if(columns.begin(), columns.end(), [&](const rows::Column& column) { return column.name == words; });
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

render::ChartType chart_type(std::string_view word) {
  if (word == "line") return render::ChartType::line;
  return word == "stacked_bar" ? render::ChartType::stacked_bar : render::ChartType::bar;
}

render::ChartMeasure chart_measure(std::string_view words) {
  if (words.starts_with("average")) return render::ChartMeasure::average;
  return words.starts_with("maximum") ? render::ChartMeasure::maximum : render::ChartMeasure::sum;
}

/// What the shape's chart is made of; its days are those of the window. Nothing for a shape without a chart.
std::optional<render::ChartPlan> chart_plan(const catalog::Shape& shape, const schedule::Window& window) {
  if (!shape.chart) return std::nullopt;
  render::ChartPlan plan;
  plan.type = chart_type(shape.chart->type);
  plan.x = charted_column(shape.columns, shape.chart->x);
  plan.y = trim(shape.chart->y) == "count" ? -1 : charted_column(shape.columns, shape.chart->y);
  const auto counted = std::find_if(shape.summary.begin(), shape.summary.end(),
                                    [](const auto& one) { return one.value.kind == catalog::Aggregate::Kind::count; });
  if (plan.y < 0 && counted != shape.summary.end()) plan.y_title = counted->label;  // as the figure above has it
  plan.measure = chart_measure(trim(shape.chart->y));
  if (!shape.chart->series.empty()) plan.series = charted_column(shape.columns, shape.chart->series);
  // Of readings on one day; `day(read_at)` asks for days.
  const bool is_day = trim(shape.chart->x).starts_with("day");
  plan.by_hour = !is_day && !window.snapshot && window.first == window.last;
  if (!window.snapshot && window.first <= window.last) {
    plan.first_day = window.first;
    plan.last_day = window.last;
  }
  return plan;
}

/// What the chart shows and the figures are taken of; whoever chose columns has chosen what tells them something.
std::vector<std::string> telling_columns(const RunPlan& plan, const std::optional<render::ChartPlan>& chart) {
  if (!plan.resolved.columns.empty()) return {};
  std::vector<std::string> names;
  const auto add = [&](int column) {
    if (column >= 0) names.push_back(plan.shape->columns[static_cast<std::size_t>(column)].name);
  };
  if (chart) {
    add(chart->x);
    add(chart->series);
    add(chart->y);
  }
  for (const auto& metric : plan.shape->summary) add(metric.value.column);
  return names;
}

bool is_for_people(const std::string& format) { return rows::file_format(format).audience == rows::Audience::people; }

}  // namespace

FirstDay::FirstDay(const RunPlan& plan, const std::optional<render::ChartPlan>& chart) : zone_(plan.zone), least_(kNoDay) {
  const auto& columns = plan.shape->columns;
  const auto kind_of = [&](int at) { return facts_of(columns[static_cast<std::size_t>(at)].type).kind; };
  const auto is_day = [&](int at) { return kind_of(at) == rows::CellKind::day || kind_of(at) == rows::CellKind::instant; };
  if (chart && is_day(chart->x)) column_ = chart->x;
  for (int i = 0; i < static_cast<int>(columns.size()) && column_ < 0; ++i)
    if (is_day(i)) column_ = i;
  if (column_ >= 0) kind_ = kind_of(column_);
}

FirstDay FirstDay::anew() const {
  auto other = *this;
  other.least_ = kNoDay;
  return other;
}

void FirstDay::row(const rows::Row& row) {
  if (column_ < 0 || row[static_cast<std::size_t>(column_)].null) return;
  least_ = std::min(least_, row[static_cast<std::size_t>(column_)].number);
}

std::int64_t FirstDay::days_after(const schedule::Window& window) const {
  if (least_ == kNoDay) return 0;
  const Date day = kind_ == rows::CellKind::day ? Date{std::chrono::sys_days{std::chrono::days{least_}}}
                                                : zone_.local_date(Instant{std::chrono::seconds{least_}});
  return (std::chrono::sys_days{day} - std::chrono::sys_days{window.first}).count();
}

Onlookers::Onlookers(const RunPlan& plan, const rows::Columns& chosen, Purpose purpose) {
  const bool for_mail = purpose == Purpose::mail;
  const auto& more = plan.resolved.more_formats;
  const bool is_document = is_for_people(plan.resolved.format) || std::any_of(more.begin(), more.end(), is_for_people);
  if (!for_mail && !is_document) return;
  const auto charted = chart_plan(*plan.shape, plan.window);
  if (charted) chart_.emplace(plan.shape->columns, *charted, plan.locale());
  if (!for_mail) return;
  first_rows_.emplace(chosen, plan.locale(), telling_columns(plan, charted));
  if (plan.resolved.report->compares) first_day_.emplace(plan, charted);
}

void Onlookers::row(const rows::Row& row, const rows::Row& chosen) {
  if (chart_) chart_->row(row);
  if (first_rows_) first_rows_->row(chosen);
  if (first_day_) first_day_->row(row);
}

void Onlookers::show(MadeFile& made) const {
  if (chart_) made.file.chart = chart_->data();
  if (first_rows_) made.showing.first_rows = first_rows_->table();
}

}  // namespace reportctl::run
