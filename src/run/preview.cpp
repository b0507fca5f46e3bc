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

}  // namespace

MailPreview preview_mail(Parts& parts, const RunPlan& plan, const schedule::Schedule& schedule) {
  Nowhere nowhere;
  const auto made = generate_for_mail(parts, plan, nowhere);
  const auto facts = facts_of(parts, plan, made, schedule, {});
  return {.subject = facts.subject, .texts = mail::render_report(facts.report, mail::PictureLinks::data_uris)};
}

}  // namespace reportctl::run
