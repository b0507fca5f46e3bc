// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/mail/templates.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <kainjow/mustache.hpp>

#include "reportctl/base/text.hpp"
#include "template_data.hpp"

namespace reportctl::mail {

namespace {

constexpr std::string_view kDefaultColor = "#2459a6";

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         std::all_of(text.begin() + 1, text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::string brand(const std::string& color) { return is_color(color) ? color : std::string(kDefaultColor); }

/// WCAG 2's relative luminance.
double luminance(const std::string& color) {
  const auto channel = [&](std::size_t at) {
    const double value = std::stoi(color.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

double contrast(const std::string& a, const std::string& b) {
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

/// Black or white, whichever has the higher contrast on the colour: one of the two always has 4.5:1.
std::string readable_on(const std::string& color) {
  const std::string dark = "#000000", light = "#ffffff";
  return contrast(color, dark) > contrast(color, light) ? dark : light;
}

/// `CSV` for `sales_2026.csv`: the badge beside the attachment's name.
std::string kind_of(const std::string& file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string::npos || file_name.size() - dot > 5) return "FILE";
  std::string kind = file_name.substr(dot + 1);
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return kind;
}

/// A section that was left out leaves its empty line behind: never more than one in a row.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != '\n' || !out.ends_with("\n\n")) out.push_back(c);
  return out;
}

/// A line for each command: wrapped ones could not be copied.
std::string on_lines(std::string commands) {
  constexpr std::string_view kThen = ", then: ";
  for (std::size_t at = commands.find(kThen); at != std::string::npos; at = commands.find(kThen, at))
    commands.replace(at, kThen.size(), ", then:\n  ");
  return commands;
}

std::string joined(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first + ", " + second;
}

/// What a mail list shows after the subject: the row count and the first figures.
std::string preheader(const ReportFacts& facts) {
  if (!facts.notice.empty()) return shown(facts.notice, kLongSentence);
  if (facts.no_data) return facts.language.say("no_data");
  std::string text = shown(facts.row_count);
  for (std::size_t i = 0; i < std::min<std::size_t>(facts.summary.size(), 3); ++i) {
    if (!text.empty()) text += " · ";
    const Figure& figure = facts.summary[i];
    text += shown(figure.label) + " " + shown(join(figure.values, ", "));
    if (!figure.changes.empty()) text += " (" + shown(join(figure.changes, ", ")) + ")";
  }
  return text;
}

}  // namespace

std::vector<Image> images_of(const Picture& logo, const Picture& chart, const std::string& run_id) {
  std::vector<Image> images;
  const auto add = [&](const char* role, const Picture& picture) {
    if (picture.bytes.empty()) return;
    const std::string ending = picture.content_type == "image/jpeg" ? ".jpg" : ".png";
    images.push_back({content_id(role, run_id), picture.content_type, role + ending, picture.bytes});
  };
  add("logo", logo);
  add("chart", chart);
  return images;
}

Texts render_report(const ReportFacts& facts, PictureLinks links) {
  mustache::data data;
  const std::string color = brand(facts.brand_color);
  data.set("color", color);
  data.set("on_color", readable_on(color));
  data.set("preheader", preheader(facts));
  data.set("no_data", facts.no_data);
  set_text(data, "account", facts.account_name);
  set_text(data, "report", facts.report_label);
  set_text(data, "period", facts.period);
  set_text(data, "timezone", facts.timezone);
  set_text(data, "scope", facts.scope);
  set_table(data, "filters", facts.filters);
  set_lines(data, "intro", facts.intro);
  set_text(data, "rows", facts.row_count);
  const bool is_linked = !facts.download_url.empty();
  set_text(data, "attachment", facts.attachment_name);
  data.set("attached", !facts.attachment_name.empty() && !is_linked);
  data.set("header_only", !facts.attachment_name.empty() && !is_linked && facts.more_files.empty());
  data.set("linked", is_linked);
  const Language& words = facts.language;
  set_words(data, words);
  const auto set_line = [&](const char* key, const char* name, const std::string& value) {
    set_text(data, key, value.empty() ? value : words.say(key, {{name, value}}), kLongSentence);
  };
  set_line("link_until", "moment", facts.download_ends);
  set_line("download_until", "moment", facts.download_ends);
  mustache::data files{mustache::data::type::list};
  auto all = facts.more_files;
  all.insert(all.begin(), {facts.attachment_name, facts.attachment_size,
                           facts.attachment_rows.empty() ? facts.row_count : facts.attachment_rows, facts.download_url});
  for (const auto& file : all) {
    mustache::data one;
    one.set("kind", shown(kind_of(file.name)));
    one.set("download", file.download_url);  // whole: a shortened address leads nowhere
    set_text(one, "rows", file.row_count);
    set_text(one, "size", file.size);
    set_file(one, {.before = words.say(is_linked ? "too_large" : "attached") + words.say("colon"),
                   .name = file.name,
                   .details = joined(file.row_count, file.size)});
    files.push_back(one);
  }
  data.set("files", files);
  set_sentence(data, "notice", facts.notice);
  set_line("made_at", "moment", facts.generated_at);
  set_sentence(data, "why", facts.why);
  set_line("schedule", "schedule", facts.schedule_name);
  set_line("run", "run", facts.run_id);
  set_text(data, "compared_with", facts.compared_with);
  set_figures(data, facts.summary);
  set_picture(data, facts.logo, {"logo", facts.run_id, links});
  set_picture(data, facts.chart, {"chart", facts.run_id, links});
  const Whole whole = is_linked ? Whole::linked : facts.attachment_name.empty() ? Whole::nowhere : Whole::attached;
  set_first_rows(data, facts.first_rows, whole, words);
  return {squeezed(render("report.txt.mustache", data, Escaping::none)), render("report.html.mustache", data, Escaping::html)};
}

Texts render_failure(const FailureFacts& facts, PictureLinks links) {
  Pairs lines;
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) lines.emplace_back(label, value);
  };
  add("Schedule", facts.schedule_name);
  add("Period", facts.period);
  add("Was due", facts.slot);
  add("Next due", facts.next_run);

  mustache::data data;
  data.set("color", brand(facts.brand_color));
  set_text(data, "account", facts.account_name);
  set_text(data, "report", facts.report_label);
  set_text(data, "outcome", facts.outcome);
  set_sentence(data, "sentence", facts.sentence);
  set_picture(data, facts.logo, {"logo", facts.run_id, links});
  set_text(data, "fix", facts.fix, kLongSentence);
  data.set("fix_lines", on_lines(shown(facts.fix, kLongSentence)));
  set_text(data, "failure_count", facts.failure_count);
  if (facts.runs.empty()) set_text(data, "run_id", facts.run_id);
  data.set("facts", table(lines));
  set_table(data, "runs", facts.runs);
  set_table(data, "reasons", facts.reasons);
  set_table(data, "recipients", facts.recipients);
  return {squeezed(render("failure.txt.mustache", data, Escaping::none)), render("failure.html.mustache", data, Escaping::html)};
}

}  // namespace reportctl::mail
