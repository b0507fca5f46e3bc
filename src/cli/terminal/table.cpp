// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <optional>

#include "help.hpp"
#include "output_text.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::cli {

namespace {

constexpr std::size_t kReadable = 16;  ///< a column is not cut below this while others can be dropped
constexpr std::size_t kNarrowest = 8;  ///< nor ever below this
constexpr std::size_t kShortId = 8;
constexpr std::size_t kIndent = 4;       ///< of a text below its row
constexpr std::size_t kLeastBelow = 16;  ///< columns of it
constexpr std::size_t kMostBelow = 4;    ///< lines of it

/// Headings are short English words; the first time names the zone of all.
std::string heading_of(const Listing& listing, std::size_t column) {
  const Column& described = listing.columns[column];
  std::string text = described.title.empty() ? described.key : described.title;
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (described.title.empty()) std::replace(text.begin(), text.end(), '_', ' ');
  const auto first_time =
      std::find_if(listing.columns.begin(), listing.columns.end(), [](const Column& one) { return one.show == Show::time; });
  if (first_time - listing.columns.begin() == static_cast<std::ptrdiff_t>(column)) text += " (" + listing.zone.name() + ")";
  return text;
}

std::string time_text(const std::string& text, const Zone& zone, bool whole) {
  const auto instant = parse_instant(text);
  if (!instant) return text;
  const auto local = zone.format(*instant);  // 2026-03-17T06:00:00+11:00
  return local.substr(0, 10) + " " + local.substr(11, whole ? 8 : 5);
}

/// A table as it will be drawn.
class Layout {
 public:
  Layout(const Listing& listing, std::size_t available) : listing_(listing), available_(available) {
    for (std::size_t i = 0; i < listing.columns.size(); ++i) columns_.push_back(i);
    const bool whole = available == kUnlimited;
    for (const auto& row : listing.rows) {
      auto& line = texts_.emplace_back();
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool is_time = listing.columns[i].show == Show::time;
        line.push_back(shown(is_time ? time_text(row[i].text, listing.zone, whole) : row[i].text));
      }
    }
    measure();
    if (fits()) return;
    shorten_ids();
    if (!fits()) put_below();
    cut(kReadable);
    while (!fits() && drop_one()) cut(kReadable);
    cut(kNarrowest);
  }

  /// Indices into the listing, in their order.
  [[nodiscard]] const std::vector<std::size_t>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<std::size_t>& below() const { return below_; }
  [[nodiscard]] std::size_t width(std::size_t column) const { return widths_[column]; }
  [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const { return texts_[row][column]; }
  [[nodiscard]] std::size_t available() const { return available_; }

 private:
  void measure() {
    widths_.clear();
    for (std::size_t i = 0; i < listing_.columns.size(); ++i) {
      widths_.push_back(display_width(heading_of(listing_, i)));
      for (const auto& line : texts_)
        if (i < line.size()) widths_[i] = std::max(widths_[i], display_width(line[i]));
    }
  }

  [[nodiscard]] std::size_t total() const {
    std::size_t total = columns_.empty() ? 0 : (columns_.size() - 1) * kColumnGap;
    for (const auto i : columns_) total += widths_[i];
    return total;
  }
  [[nodiscard]] bool fits() const { return total() <= available_; }

  void shorten_ids() {
    for (auto& line : texts_)
      for (std::size_t i = 0; i < line.size(); ++i)
        if (listing_.columns[i].show == Show::id) line[i] = line[i].substr(0, kShortId);
    measure();
  }

  void put_below() {
    for (const auto i : columns_)
      if (listing_.columns[i].show == Show::long_text) below_.push_back(i);
    std::erase_if(columns_, [&](std::size_t i) { return listing_.columns[i].show == Show::long_text; });
  }

  /// Takes the excess from the columns that may be cut, always from the widest.
  void cut(std::size_t least) {
    measure();
    while (!fits()) {
      std::optional<std::size_t> widest;
      for (const auto i : columns_)
        if (listing_.columns[i].show == Show::cut && widths_[i] > least && (!widest || widths_[i] > widths_[*widest])) widest = i;
      if (!widest) return;
      --widths_[*widest];
    }
  }

  bool drop_one() {
    const auto first = std::max_element(columns_.begin(), columns_.end(), [&](std::size_t a, std::size_t b) {
      return listing_.columns[a].drop < listing_.columns[b].drop;
    });
    if (first == columns_.end() || listing_.columns[*first].drop == 0) return false;
    columns_.erase(first);
    return true;
  }

  const Listing& listing_;
  std::size_t available_;
  std::vector<std::vector<std::string>> texts_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> columns_;
  std::vector<std::size_t> below_;
};

/// Wrapped at blanks, and within words that are longer than a line.
std::vector<std::string> lines_below(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  for (const auto& wrapped : wrap_words(text, width)) {
    std::string_view rest = wrapped;
    while (display_width(rest) > width) {
      const auto part = cut_at_character(rest, width);
      lines.emplace_back(part);
      rest.remove_prefix(part.size());
    }
    lines.emplace_back(rest);
  }
  if (lines.size() > kMostBelow) {
    lines.resize(kMostBelow);
    lines.back() = fit_width(lines.back() + " …", width);
  }
  return lines;
}

}  // namespace

const char* escape_of(Tone tone) {
  switch (tone) {
    case Tone::none:
      return "";
    case Tone::good:
      return "\033[32m";
    case Tone::warn:
      return "\033[33m";
    case Tone::bad:
      return "\033[31m";
    case Tone::dim:
      return "\033[2m";
  }
  return "";
}

std::string shown(const std::string& text) { return visible(repair_utf8(text)); }

std::string table_text(const Listing& listing, std::size_t available, Paint paint) {
  const Layout layout(listing, available);
  std::string out;
  const auto painted = [&](const std::string& text, const char* escape) {
    return paint == Paint::color && *escape != '\0' && !text.empty() ? escape + text + kReset : text;
  };
  const auto put = [&](std::size_t column, const std::string& text, const char* escape) {
    const std::string fitted = fit_width(text, layout.width(column));
    const std::string padding(layout.width(column) - display_width(fitted), ' ');
    const bool right = listing.columns[column].align == Align::right;
    if (right) out += padding;
    out += painted(fitted, escape);
    if (column == layout.columns().back()) return;
    if (!right) out += padding;
    out.append(kColumnGap, ' ');
  };
  const auto end_line = [&] {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  };
  for (const auto i : layout.columns()) put(i, heading_of(listing, i), "\033[1m");
  end_line();
  for (std::size_t row = 0; row < listing.rows.size(); ++row) {
    for (const auto i : layout.columns()) put(i, layout.text(row, i), escape_of(listing.rows[row][i].tone));
    end_line();
    for (const auto i : layout.below()) {
      if (layout.text(row, i).empty() || layout.text(row, i) == "–") continue;
      for (const auto& line : lines_below(layout.text(row, i), std::max(layout.available(), kLeastBelow + kIndent) - kIndent)) {
        out.append(kIndent, ' ');
        out += painted(line, escape_of(listing.rows[row][i].tone));
        end_line();
      }
    }
  }
  return out;
}

}  // namespace reportctl::cli
