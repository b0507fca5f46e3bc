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
#include "reportctl/store/watch.hpp"

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

/// Are the data complete, by what the module's `ready` gives?
struct Readiness {
  bool is_ready = false;
  std::optional<Instant> data_until = {};
  std::string words = {};  ///< `data until 2026-12-31T22:10:00+01:00, needed until 2027-01-01T00:00:00+01:00`
};
/// Of a period: to its end; of a snapshot: to some moment of the slot's day. Precondition: the module has `ready`. Error(source)
/// when the source cannot be asked, or gives more than one row.
Readiness readiness_of(Parts&, const RunPlan&, Instant slot);

/// A decision, and what the mail says of it.
struct Judgement : store::Decision {
  schedule::Condition held;  ///< the terms that hold, without `changed`: with one of them the mail is an alert
};
/// What the schedule's condition, if it has one, would be decided to be. Nothing is remembered.
std::optional<Judgement> preview_decision(Parts&, const RunPlan&, const schedule::Schedule&, Instant slot);
/// `Alert: …` in front of a subject that is not the schedule's own, `All clear: …` in front of any.
std::string subject_by(const Judgement&, const schedule::Definition&, const std::string& subject, const Language&);

/// The mail that the plan of a schedule would give. The report is made and thrown away; nothing is recorded or sent.
MailPreview preview_mail(Parts&, const RunPlan&, const schedule::Schedule&, Instant slot);

}  // namespace reportctl::run
