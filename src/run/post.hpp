// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "letter.hpp"
#include "reportctl/store/deliveries.hpp"

namespace reportctl::run {

/// The file of a run, made or fetched; `fd` is borrowed.
struct ReportFile {
  std::string run_id;
  std::string format;
  std::string sha256;  ///< under which it is stored
  std::int64_t bytes = 0;
  int fd = -1;
};

/// The messages of a run in the two ways in which a file can travel: inside, or as a link to where it is stored. Each is composed
/// when it is asked for. A link is made for the Date of its message, so the ledger need not hold the key to a file and the bytes
/// can be made again all the same.
class Post {
 public:
  Post(Parts&, MailFacts, ReportFile);
  /// Of ready content (notifications).
  Post(Parts&, MailFacts, const mail::Content&);

  /// A message for each, all in the same way: with the file, or by link where it is too large and `mail.oversize` says so; the
  /// facts tell which.
  std::vector<store::NewDelivery> queue(const std::vector<Mailbox>& recipients, Instant date);
  /// The file for each of the places.
  [[nodiscard]] std::vector<store::NewDelivery> queue(const std::vector<schedule::Place>& places, Instant date) const;
  [[nodiscard]] const MailFacts& facts() const { return facts_; }
  [[nodiscard]] const std::optional<ReportFile>& file() const { return file_; }
  const Mailing& attached();
  /// Good until the next call. Error(config) when links are not configured, or their keys cannot be had.
  const Mailing& linked(Instant date);
  /// Set when the server has had enough of these messages for now: nothing more of them is tried in this process.
  std::optional<delivery::Outcome> stopped;
  /// There is a file, and the policy sends links.
  [[nodiscard]] bool may_link() const;

 private:
  Parts& parts_;
  MailFacts facts_;
  std::optional<ReportFile> file_;
  std::optional<Mailing> attached_;
  std::optional<Mailing> linked_;
  Instant linked_at_{};
};

}  // namespace reportctl::run
