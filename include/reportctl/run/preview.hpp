// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/mail/templates.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

struct MailPreview {
  std::string subject;
  mail::Texts texts;  ///< pictures are in the HTML itself
};

/// The texts of a mail that name what is known when its file is made.
struct MailTexts {
  std::string subject, intro;
};
MailTexts texts_of(const RunPlan&, const File&, const schedule::Definition&);
/// Those that the plan of a schedule would give. All rows are read where they name figures.
MailTexts preview_texts(Parts&, const RunPlan&, const schedule::Definition&);

/// The beginning of the file that a plan would give: its columns, in its order.
struct FileHead {
  struct Value {
    std::string shown;                 ///< for people
    std::optional<std::string> plain;  ///< as in a CSV file; none: empty there
  };
  rows::Columns columns;
  std::vector<std::vector<Value>> rows;
  bool more = false;  ///< there are further rows
  std::string csv;    ///< the same as a CSV file of this plan begins
};
/// Reads no more than these rows; nothing is kept.
FileHead preview_file(Parts&, RunPlan, std::int64_t rows);

/// The mail that the plan of a schedule would give. The report is made and thrown away; nothing is recorded or sent.
MailPreview preview_mail(Parts&, const RunPlan&, const schedule::Schedule&);

}  // namespace reportctl::run
