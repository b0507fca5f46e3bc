// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/preview.hpp"

#include <algorithm>

#include "letter.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::run {
namespace {

class IntoText final : public Sink {
 public:
  void write(std::string_view bytes) override { text += bytes; }
  std::string text;
};

/// Nothing is stored, so there is no link yet; the address says so to whoever hovers over it.
void show_as_link(Parts& parts, const RunPlan& plan, mail::ReportFacts& report) {
  report.download_url = "about:blank#the-link-is-made-when-the-mail-is-sent";
  for (auto& file : report.more_files) file.download_url = report.download_url;
  report.download_ends =
      plan.resolved.language.minute_with_zone(parts.moment() + parts.settings().artifacts.link_expiry, plan.zone);
}

}  // namespace

FileHead preview_file(Parts& parts, RunPlan plan, std::int64_t rows) {
  plan.resolved.format = "csv";
  FileHead head;
  head.columns = chosen_columns(plan);
  IntoText csv;
  const auto see = [&](const rows::Row& row) {
    auto& values = head.rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      FileHead::Value value;
      if (!row[i].null)
        value = {render::value_text(head.columns[i], row[i], plan.locale()), render::plain(head.columns[i], row[i], plan.zone)};
      values.push_back(std::move(value));
    }
  };
  head.more = make_file(parts, plan, csv, {.first_rows = rows, .see = see}).more;
  head.csv = std::move(csv.text);
  return head;
}

MailTexts preview_texts(Parts& parts, const RunPlan& plan, const schedule::Definition& definition) {
  const auto names_figures = [&](const std::string& text) {
    const auto parsed = TextTemplate::parse(text);
    const auto names = parsed ? parsed->variables() : std::vector<std::string>();
    return std::any_of(names.begin(), names.end(), [&](const auto& name) { return !plan.text_values.contains(name); });
  };
  if (!names_figures(definition.subject) && !names_figures(definition.intro)) return texts_of(plan, {}, definition);
  Nowhere nowhere;
  return texts_of(plan, make_file(parts, plan, nowhere).file, definition);
}

MailPreview preview_mail(Parts& parts, const RunPlan& plan, const schedule::Schedule& schedule, Instant slot) {
  Nowhere nowhere;
  const auto made = make_files(parts, plan, std::vector<Sink*>(plan.files().size(), &nowhere), {.purpose = Purpose::mail});
  auto facts = facts_of(parts, plan, made, schedule, {});
  if (const auto judgement = preview_decision(parts, plan, schedule, slot))
    mark_as_decided(facts, *judgement, schedule.definition);
  const auto& mail = parts.settings().mail;
  std::int64_t bytes = 0;
  for (const auto& file : made.files) bytes += file.bytes;
  const auto encoded = bytes / 57 * 78;  // base64 in lines; the texts and pictures beside it are small
  if (mail.oversize == settings::Oversize::link && static_cast<std::uint64_t>(encoded) > mail.max_message_bytes)
    show_as_link(parts, plan, facts.report);
  return {.subject = facts.subject, .texts = mail::render_report(facts.report, mail::PictureLinks::data_uris)};
}

}  // namespace reportctl::run
