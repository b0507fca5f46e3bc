// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "letter.hpp"
#include "reportctl/mail/templates.hpp"

namespace reportctl::run {

/// Everything the mails about a failed run are made from, fixed when they are queued and kept with each notification as JSON.
struct FailureMail {
  mail::FailureFacts facts;
  std::string from;        ///< as a Mailbox is written; empty: no mail can be sent
  std::string logo_image;  ///< as MailFacts::logo_image
  [[nodiscard]] std::string subject() const;
};
std::string to_json(const FailureMail&);
/// Error(failed) when the text is not what to_json() wrote.
FailureMail failure_mail_from_json(const std::string&);

/// One mail for several of one account, the oldest first.
FailureMail merged(const std::vector<FailureMail>&, const std::string& account);

/// The mail as it is sent, and its text part, which the notification keeps.
struct FailureLetter {
  MailFacts facts;
  mail::Content content;
};
FailureLetter compose(Parts&, const FailureMail&);

}  // namespace reportctl::run
