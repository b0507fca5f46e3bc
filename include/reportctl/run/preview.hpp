// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/mail/templates.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

struct MailPreview {
  std::string subject;
  mail::Texts texts;  ///< pictures are in the HTML itself
};

/// The mail that the plan of a schedule would give. The report is made and thrown away; nothing is recorded or sent.
MailPreview preview_mail(Parts&, const RunPlan&, const schedule::Schedule&);

}  // namespace reportctl::run
