// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr double kComfortableText = 190;  // a text column asks for no more before others have what they need
constexpr double kLeastText = 52;
constexpr double kLeastSize = 6;      // what can be read on paper
constexpr double kWidestLabel = 120;  // a longer word is broken

struct Wish {
  double least = 0;
  double wanted = 0;
  double most = 0;
};

Wish wish_of(const ColumnNeeds& column) {
  const double word = std::min(column.label_word, kWidestLabel);
  const double label = std::max(word, std::min(column.label, kLeastText));
  const double widest = std::max(column.widest, label);
  Wish wish{widest, widest, widest};
  if (column.may_wrap) {
    wish.least = std::min(widest, std::max(kLeastText, word));
    wish.wanted = std::min(widest, std::max(kComfortableText, word));
  }
  for (double* part : {&wish.least, &wish.wanted, &wish.most}) *part += 2 * kCellPadding + 1;
  return wish;
}

double sum_of(const std::vector<Wish>& wishes, double Wish::*part) {
  return std::accumulate(wishes.begin(), wishes.end(), 0.0, [part](double sum, const Wish& wish) { return sum + wish.*part; });
}

/// Each gets `from`, and the same share of the way to `to`.
std::vector<double> between(const std::vector<Wish>& wishes, double available, std::pair<double Wish::*, double Wish::*> ends) {
  const double from = sum_of(wishes, ends.first);
  const double to = sum_of(wishes, ends.second);
  const double share = to > from ? std::clamp((available - from) / (to - from), 0.0, 1.0) : 0;
  std::vector<double> widths;
  for (const Wish& wish : wishes) widths.push_back(wish.*ends.first + share * (wish.*ends.second - wish.*ends.first));
  return widths;
}

/// What is left is shared out, in proportion, so that the table is as wide as the page.
void stretch(std::vector<double>& widths, double available) {
  const double sum = std::accumulate(widths.begin(), widths.end(), 0.0);
  for (double& width : widths) width *= available / sum;
}

std::vector<Strip> strips_of(const std::vector<ColumnNeeds>& columns, const std::vector<Wish>& wishes, double available) {
  constexpr double kRounding = 0.01;
  const bool is_one = sum_of(wishes, &Wish::least) <= available + kRounding;
  Strip first;
  double fixed = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    if (!is_one && i > 0 && !columns[i].repeated) continue;
    first.columns.push_back(i);
    fixed += wishes[i].least;
  }
  if (is_one) return {first};
  first.repeated = first.columns.size();
  std::vector<Strip> strips{first};
  double used = fixed;
  for (std::size_t i = 1; i < wishes.size(); ++i) {
    if (columns[i].repeated) continue;
    if (used + wishes[i].least > available + kRounding && strips.back().columns.size() > first.repeated) {
      strips.push_back(first);
      used = fixed;
    }
    strips.back().columns.push_back(i);
    used += wishes[i].least;
  }
  return strips;
}

}  // namespace

Paper paper_named(const std::string& name) {
  if (name == "a4") return {595.28, 841.89};
  if (name == "letter") return {612, 792};
  throw Error(ErrorKind::invalid, fmt::format("there is no paper \"{}\"", visible(repair_utf8(name))), "choose a4 or letter");
}

TableShape shape_table(const std::vector<ColumnNeeds>& columns, const Paper& portrait) {
  std::vector<Wish> wishes;
  for (const ColumnNeeds& column : columns) wishes.push_back(wish_of(column));
  TableShape shape{portrait, kTextSize, {}};
  if (sum_of(wishes, &Wish::wanted) > portrait.width - 2 * kMargin) shape.paper = {portrait.height, portrait.width};
  const double available = shape.paper.width - 2 * kMargin;
  const double least = sum_of(wishes, &Wish::least);
  if (least > available) {  // the padding shrinks with the letters
    shape.text_size = std::max(kLeastSize, kTextSize * available / least);
    const double ratio = shape.text_size / kTextSize;
    for (Wish& wish : wishes) wish = {wish.least * ratio, wish.wanted * ratio, wish.most * ratio};
  }
  shape.strips = strips_of(columns, wishes, available);
  for (Strip& strip : shape.strips) {
    std::vector<Wish> own;
    for (const std::size_t column : strip.columns) own.push_back(wishes[column]);
    if (sum_of(own, &Wish::wanted) > available)
      strip.widths = between(own, available, {&Wish::least, &Wish::wanted});
    else
      strip.widths = between(own, available, {&Wish::wanted, &Wish::most});
    if (shape.strips.size() == 1 || std::accumulate(strip.widths.begin(), strip.widths.end(), 0.0) > available)
      stretch(strip.widths, available);
  }
  return shape;
}

}  // namespace reportctl::render
