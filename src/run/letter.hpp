// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/mail/templates.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/run/preview.hpp"

namespace reportctl::run {

/// Everything the messages of a run are made from, fixed when they are queued and kept with the run as JSON: the same facts and
/// the same artifact give the same bytes again, after a crash or on another day.
struct MailFacts {
  mail::ReportFacts report;
  std::string subject;
  std::string from;              ///< as a Mailbox is written
  std::string reply_to = {};     ///< the same, or empty
  std::string list_unsubscribe;  ///< address or empty
  bool linked = false;           ///< the file was too large to be attached
  std::string logo_image = {};   ///< SHA-256 in the state's images: the logo's bytes are kept once and not with every run
};
std::string to_json(const MailFacts&);
/// Without the bytes of the logo. Error(failed) when the text is not what to_json() wrote.
MailFacts facts_from_json(const std::string&);

/// A picture of the state's as a logo; nothing where there is none.
mail::Picture logo_for_mail(Parts&, const std::string& sha256, const std::string& alt);

/// The facts of a freshly generated report.
MailFacts facts_of(Parts&, const RunPlan&, const MadeFile&, const schedule::Schedule&, const std::string& run_id);

/// Marks the report, in its subject and in the mail, as an alert that says what holds, or as the news that it does not any more.
void mark_as_decided(MailFacts&, const Judgement&, const schedule::Definition&);
/// Says in the mail that the data were not complete when it was made.
void mark_as_late(MailFacts&, const std::string& until);

/// For somebody who is not a recipient of the schedule.
MailFacts facts_by_hand(MailFacts);
/// Marks the report, in its subject and in the mail, as a correction of another, whose facts are empty where they are not known.
void mark_as_correction(MailFacts&, const std::optional<MailFacts>& of);

}  // namespace reportctl::run
