// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "letter.hpp"
#include "reportctl/mail/message.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {

/// A file of a run, made or fetched; `fd` is borrowed.
struct ReportFile : store::RunFile {
  int fd = -1;
};

/// The files of a run, fetched from where they are stored.
struct FetchedFiles {
  std::vector<Fd> open;
  std::vector<ReportFile> files;
};
/// Throws as artifact::Store::get().
FetchedFiles fetch_files(Parts&, const store::Run&);

/// The messages of one run: one body for all, one head for each recipient.
class Mailing {
 public:
  /// Attaches the files; borrowed during the call.
  Mailing(Parts&, const MailFacts&, const std::string& run_id, const std::vector<ReportFile>& attached);
  /// A mail of ready content (notifications).
  Mailing(Parts&, const MailFacts&, const mail::Content& content);

  /// Fixes identity, hash and size of a recipient's message.
  [[nodiscard]] store::NewDelivery prepare(const Mailbox& to, const std::string& run_id, const std::string& delivery_id,
                                           Instant date) const;
  [[nodiscard]] std::string head(const store::Delivery&) const;
  /// Are these the bytes that were queued?
  [[nodiscard]] bool makes(const store::Delivery&) const;
  [[nodiscard]] const TempFile& body() const { return body_; }
  [[nodiscard]] const Mailbox& from() const { return from_; }

 private:
  [[nodiscard]] std::string head(const Mailbox& to, const std::string& message_id, Instant date) const;
  [[nodiscard]] std::string sha256(const std::string& head) const;
  HeaderValue subject_;
  Mailbox from_;
  std::optional<Mailbox> reply_to_;
  std::optional<EmailAddress> list_unsubscribe_;
  TempFile body_;
};

/// The messages of a run in the two ways in which its files can travel: inside, or as links to where they are stored. Each is
/// composed when it is asked for. A link is made for the Date of its message, so the ledger need not hold the key to a file and
/// the bytes can be made again all the same.
class Post {
 public:
  Post(Parts& parts, MailFacts facts, std::string run_id, std::vector<ReportFile> files)
      : parts_(parts), facts_(std::move(facts)), run_id_(std::move(run_id)), files_(std::move(files)) {}
  /// Of ready content (notifications).
  Post(Parts&, MailFacts, const mail::Content&);

  /// A message for each mailbox, all in the same way: with the files, or by links where they are too large and `mail.oversize`
  /// says so; the facts tell which. For each place the file of its name.
  std::vector<store::NewDelivery> queue(const schedule::Recipients&, Instant date);
  [[nodiscard]] const MailFacts& facts() const { return facts_; }
  [[nodiscard]] const std::vector<ReportFile>& files() const { return files_; }
  const Mailing& attached();
  /// Good until the next call. Error(config) when links are not configured, or their keys cannot be had.
  const Mailing& linked(Instant date);
  /// Set when the server has had enough of these messages for now: nothing more of them is tried in this process.
  std::optional<delivery::Outcome> stopped;
  /// There are files, and the policy sends links.
  [[nodiscard]] bool may_link() const;

 private:
  std::vector<store::NewDelivery> messages(const std::vector<Mailbox>& recipients, Instant date);
  Parts& parts_;
  MailFacts facts_;
  std::string run_id_;
  std::vector<ReportFile> files_;
  std::optional<Mailing> attached_;
  std::optional<Mailing> linked_;
  Instant linked_at_{};
};

}  // namespace reportctl::run
