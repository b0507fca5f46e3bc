// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/preview.hpp"

#include "letter.hpp"

namespace reportctl::run {
namespace {

class Nowhere final : public Sink {
 public:
  void write(std::string_view) override {}
};

/// Nothing is stored, so there is no link yet; the address says so to whoever hovers over it.
void show_as_link(Parts& parts, const Zone& zone, mail::ReportFacts& report) {
  report.download_url = "about:blank#the-link-is-made-when-the-mail-is-sent";
  report.download_ends = for_people(parts.moment() + parts.settings().artifacts.link_expiry, zone);
}

}  // namespace

MailPreview preview_mail(Parts& parts, const RunPlan& plan, const schedule::Schedule& schedule) {
  Nowhere nowhere;
  const auto made = generate_for_mail(parts, plan, nowhere);
  auto facts = facts_of(parts, plan, made, schedule, {});
  const auto& mail = parts.settings().mail;
  const auto encoded = made.file.bytes / 57 * 78;  // base64 in lines; the texts and pictures beside it are small
  if (mail.oversize == settings::Oversize::link && static_cast<std::uint64_t>(encoded) > mail.max_message_bytes)
    show_as_link(parts, plan.zone, facts.report);
  return {.subject = facts.subject, .texts = mail::render_report(facts.report, mail::PictureLinks::data_uris)};
}

}  // namespace reportctl::run
