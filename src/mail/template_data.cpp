// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "template_data.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <stdexcept>
#include <utility>

#include "embedded_files.hpp"
#include "reportctl/base/base64.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::mail {

namespace {

/// Parsed once: that takes longer than to fill it.
mustache::mustache& template_of(std::string_view name, Escaping escaping) {
  static std::map<std::string_view, mustache::mustache> parsed;
  if (const auto known = parsed.find(name); known != parsed.end()) return known->second;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name != name) continue;
    auto& view = parsed.emplace(file.name, std::string(file.text)).first->second;
    if (escaping == Escaping::none) view.set_custom_escape([](const std::string& text) { return text; });
    return view;
  }
  throw std::logic_error("no such template");
}

}  // namespace

std::string render(std::string_view name, const mustache::data& data, Escaping escaping) {
  auto& view = template_of(name, escaping);
  std::string text = view.render(data);
  if (!view.is_valid()) throw std::logic_error(view.error_message());
  return text;
}

std::string shown(std::string_view text, std::size_t longest) { return fit_width(visible(repair_utf8(text)), longest); }

void set_text(mustache::data& data, const char* key, const std::string& text, std::size_t longest) {
  if (text.empty())
    data.set(key, false);
  else
    data.set(key, shown(text, longest));
}

namespace {

constexpr std::size_t kLineOfText = 76;

/// Broken at spaces, for readers of the text part whose windows do not wrap.
std::string wrapped(const std::string& text) {
  std::string out;
  std::size_t used = 0;
  for (const std::string& word : split(text, ' ')) {
    const std::size_t width = display_width(word);
    if (!out.empty()) {
      const bool fits = used + 1 + width <= kLineOfText;
      out.push_back(fits ? ' ' : '\n');
      used = fits ? used + 1 : 0;
    }
    out += word;
    used += width;
  }
  return out;
}

std::string indented(std::string lines) {
  for (std::size_t at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 1)) lines.insert(at + 1, "    ");
  return lines;
}

std::string spaces(std::size_t wanted, std::size_t have) { return std::string(wanted - std::min(wanted, have), ' '); }

struct Line {
  std::string label;
  std::string value;
  std::string change;
};

/// A line for each currency; the label stands in the first.
std::vector<Line> lines_of(const Figure& figure) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < figure.values.size(); ++i)
    lines.push_back({i == 0 ? shown(figure.label) : std::string(), shown(figure.values[i]),
                     i < figure.changes.size() ? shown(figure.changes[i]) : std::string()});
  return lines;
}

mustache::data figure_cell(const Figure& figure) {
  mustache::data cell;
  cell.set("label", shown(figure.label));
  mustache::data values{mustache::data::type::list};
  for (const Line& line : lines_of(figure)) {
    mustache::data value;
    value.set("value", line.value);
    set_text(value, "change", line.change);
    values.push_back(value);
  }
  cell.set("values", values);
  return cell;
}

/// Two small figures stand side by side where the screen is wide enough; others have a row of their own.
bool is_small(const Figure& figure) {
  constexpr std::size_t kValue = 12;
  constexpr std::size_t kChange = 24;  // in smaller letters, or below the value
  const auto fits = [](const std::string& text, std::size_t widest) { return display_width(shown(text)) <= widest; };
  return figure.values.size() == 1 && fits(figure.values.front(), kValue) &&
         (figure.changes.empty() || fits(figure.changes.front(), kChange));
}

constexpr std::size_t kLongCell = 40;
constexpr std::size_t kShortCell = 30;  // stays on one line

/// What a table does not show: `Notes`; of many some are named.
struct LeftOut {
  std::int64_t count = 0;
  std::string names;
};
LeftOut left_out(std::vector<std::string> labels, std::span<const FirstRows::Column> narrow) {
  constexpr std::size_t kMostNamed = 4;
  for (const auto& column : narrow) labels.push_back(column.label);
  const auto count = static_cast<std::int64_t>(labels.size());
  if (labels.size() <= kMostNamed) return {count, join(labels, ", ")};
  return {count, join(std::span(labels).first(kMostNamed), ", ") + ", …"};
}

/// As many columns from the left as fit into a line of the text part, aligned.
struct TextTable {
  std::vector<std::vector<std::string>> grid;
  std::vector<std::size_t> widths;  ///< of the columns that fit
};
TextTable text_table(const FirstRows& table) {
  std::vector<std::vector<std::string>> grid;
  grid.emplace_back();
  for (const auto& column : table.columns) grid.front().push_back(shown(column.label, kLongCell));
  for (const auto& row : table.rows) {
    grid.emplace_back();
    for (const auto& cell : row) grid.back().push_back(shown(cell, kLongCell));
  }
  std::vector<std::size_t> widths;
  std::size_t used = 0;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = 0;
    for (const auto& row : grid)
      if (c < row.size()) width = std::max(width, display_width(row[c]));
    used += 2 + width;
    if (used > kLineOfText && c > 0) break;
    widths.push_back(width);
  }
  return {std::move(grid), std::move(widths)};
}

mustache::data table_lines(const FirstRows& table) {
  const auto [grid, widths] = text_table(table);
  mustache::data lines{mustache::data::type::list};
  for (const auto& row : grid) {
    std::string line;
    for (std::size_t c = 0; c < std::min(widths.size(), row.size()); ++c) {
      const std::string gap = spaces(widths[c], display_width(row[c]));
      line += (c == 0 ? "" : "  ") + (table.columns[c].number ? gap + row[c] : row[c] + gap);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    mustache::data entry;
    entry.set("line", line);
    lines.push_back(entry);
  }
  return lines;
}

}  // namespace

bool is_unbroken(std::string_view text) {
  constexpr std::size_t kShortName = 12;  // "Bus hall A"
  if (display_width(text) <= kShortName) return true;
  if (display_width(text) > kShortCell) return false;
  const auto is_letter = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return std::none_of(text.begin(), text.end(), is_letter) || text.find(' ') == std::string_view::npos;
}

/// Label and value, and the label padded to the widest for the text part.
mustache::data table(const Pairs& pairs) {
  std::size_t labels = 0;
  for (const auto& [label, value] : pairs) labels = std::max(labels, display_width(shown(label)));
  mustache::data rows{mustache::data::type::list};
  for (const auto& [raw_label, raw_value] : pairs) {
    const std::string label = shown(raw_label);
    const std::string value = shown(raw_value, kLongSentence);
    mustache::data row;
    row.set("label", label);
    row.set("value", value);
    row.set("value_lines", indented(wrapped(value)));
    row.set("padded_label", label + spaces(labels, display_width(label)));
    rows.push_back(row);
  }
  return rows;
}

void set_sentence(mustache::data& data, const std::string& key, const std::string& text) {
  set_text(data, key.c_str(), text, kLongSentence);
  data.set(key + "_lines", text.empty() ? std::string() : wrapped(shown(text, kLongSentence)));
}

void set_lines(mustache::data& data, const std::string& key, const std::string& text) {
  constexpr std::size_t kLongest = 4000;
  mustache::data lines{mustache::data::type::list};
  std::vector<std::string> plain;
  for (const std::string& written : split(text, '\n')) {
    mustache::data line;
    line.set("line", shown(written, kLongest));
    lines.push_back(line);
    plain.push_back(wrapped(shown(written, kLongest)));
  }
  data.set(key, lines);
  data.set(key + "_lines", join(plain, "\n"));
  data.set("has_" + key, !text.empty());
}

void set_table(mustache::data& data, const std::string& key, const Pairs& pairs) {
  data.set(key, table(pairs));
  data.set("has_" + key, !pairs.empty());
}

void set_file(mustache::data& data, const FileLine& line) {
  const std::string name = shown(line.name);
  mustache::data pieces{mustache::data::type::list};
  for (std::size_t from = 0; from < name.size();) {
    const std::size_t end = std::min(name.find('_', from), name.size() - 1) + 1;
    mustache::data piece;
    piece.set("text", name.substr(from, end - from));
    pieces.push_back(piece);
    from = end;
  }
  data.set("attachment_pieces", pieces);
  const std::string start = line.before + " " + name;
  const std::string details = shown(line.details);
  const bool fits = display_width(start) + 3 + display_width(details) <= kLineOfText;
  data.set("attachment_line", details.empty() ? start : start + (fits ? " (" : "\n  (") + details + ")");
}

void set_figures(mustache::data& data, const std::vector<Figure>& figures) {
  mustache::data rows{mustache::data::type::list};
  mustache::data lines{mustache::data::type::list};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    mustache::data row;
    row.set("first", figure_cell(figures[i]));
    const bool pair = i + 1 < figures.size() && is_small(figures[i]) && is_small(figures[i + 1]);
    if (pair)
      row.set("second", figure_cell(figures[++i]));
    else
      row.set("second", false);
    rows.push_back(row);
  }
  std::size_t labels = 0;
  std::size_t values = 0;
  std::vector<Line> all;
  for (const Figure& figure : figures)
    for (Line& line : lines_of(figure)) all.push_back(std::move(line));
  for (const Line& line : all) {
    labels = std::max(labels, display_width(line.label));
    values = std::max(values, display_width(line.value));
  }
  for (const Line& line : all) {
    mustache::data row;
    row.set("line", line.label + spaces(labels, display_width(line.label)) + "  " + spaces(values, display_width(line.value)) +
                        line.value + (line.change.empty() ? "" : "  " + line.change));
    lines.push_back(row);
  }
  data.set("has_summary", !figures.empty());
  data.set("figures", rows);
  data.set("figure_lines", lines);
}

void set_first_rows(mustache::data& data, const FirstRows& table, Whole whole, const Language& words) {
  const bool any = !table.rows.empty() && !table.columns.empty();
  data.set("has_first_rows", any);
  if (!any) return;
  data.set("first_rows_title",
           words.count(table.more > 0 ? "first_rows" : "all_rows", static_cast<std::int64_t>(table.rows.size())));
  mustache::data columns{mustache::data::type::list};
  std::size_t edge = 0;  // the column that is the first on narrow screens; the gaps of those before it are hidden with them
  while (edge + 1 < table.columns.size() && table.columns[edge].wide) ++edge;
  const auto cell = [&](std::size_t c, const std::string& text) {
    mustache::data entry;
    entry.set("text", shown(text, kLongCell));
    entry.set("number", table.columns[c].number);
    entry.set("unbroken", table.columns[c].number || is_unbroken(shown(text, kLongCell)));
    entry.set("wide", table.columns[c].wide);
    const char* const beside = c < edge ? "0 12px 0 0" : c == edge ? "0" : "0 0 0 12px";
    entry.set("indent", std::string(table.columns[c].wide ? beside : c == edge ? "0" : "12px"));
    return entry;
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) columns.push_back(cell(c, table.columns[c].label));
  mustache::data rows{mustache::data::type::list};
  for (const auto& row : table.rows) {
    mustache::data cells{mustache::data::type::list};
    for (std::size_t c = 0; c < std::min(row.size(), table.columns.size()); ++c) cells.push_back(cell(c, row[c]));
    mustache::data entry;
    entry.set("cells", cells);
    rows.push_back(entry);
  }
  data.set("first_columns", columns);
  data.set("first_rows", rows);
  data.set("first_lines", table_lines(table));
  const char* more = whole == Whole::attached ? "more_rows_attached" : whole == Whole::linked ? "more_rows_in_file" : "more_rows";
  set_text(data, "more", table.more > 0 ? words.count(more, table.more) : std::string());
  const char* const in_file = whole == Whole::linked ? "more_columns_in_file" : "more_columns_attached";
  const auto say = [&](const char* key, const char* where, const LeftOut& out) {
    const std::string sentence = out.count == 0 ? std::string() : words.count(where, out.count, {{"names", out.names}});
    set_text(data, key, sentence, kLongSentence);
    data.set(key + std::string("_lines"), indented(wrapped(shown(sentence, kLongSentence))));
  };
  std::vector<FirstRows::Column> wide;
  std::copy_if(table.columns.begin(), table.columns.end(), std::back_inserter(wide),
               [](const auto& column) { return column.wide; });
  say("left_out", in_file, left_out(table.left_out, {}));
  say("left_out_here", "more_columns_wider", left_out({}, wide));
  say("left_out_of_text", in_file, left_out(table.left_out, std::span(table.columns).subspan(text_table(table).widths.size())));
}

void set_words(mustache::data& data, const Language& words) {
  mustache::data say;
  for (const auto& [key, text] : words.plain_words()) say.set(key, text);
  data.set("say", say);
  data.set("lang", std::string(words.code()));
}

void set_picture(mustache::data& data, const Picture& picture, const PictureName& name) {
  const std::string role = name.role;
  data.set("has_" + role, !picture.bytes.empty());
  if (picture.bytes.empty()) return;
  data.set(role + "_src", name.links == PictureLinks::content_ids
                              ? "cid:" + content_id(role, name.run_id)
                              : "data:" + picture.content_type + ";base64," + base64(picture.bytes));
  data.set(role + "_alt", shown(picture.alt, kLongSentence));
  data.set(role + "_width", std::to_string(picture.width));
  data.set(role + "_height", std::to_string(picture.height));
}

}  // namespace reportctl::mail
