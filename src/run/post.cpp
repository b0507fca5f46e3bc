// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "post.hpp"

#include <algorithm>

#include "reportctl/base/zone.hpp"
#include "reportctl/run/retention.hpp"

namespace reportctl::run {

Post::Post(Parts& parts, MailFacts facts, ReportFile file) : parts_(parts), facts_(std::move(facts)), file_(std::move(file)) {}

Post::Post(Parts& parts, MailFacts facts, const mail::Content& content) : parts_(parts), facts_(std::move(facts)) {
  attached_.emplace(parts, facts_, content);
}

bool Post::may_link() const { return file_ && parts_.settings().mail.oversize == settings::Oversize::link; }

const Mailing& Post::attached() {
  if (!attached_) attached_.emplace(parts_, facts_, file_->run_id, file_->format, file_->fd);
  return *attached_;
}

namespace {

/// A run ends after its mails are dated, so its file and its row live at least so long.
std::optional<Instant> kept_until(Parts& parts, Instant date) {
  const auto keep = life_of_run_files(parts.settings().retention);
  return keep ? std::optional(date + *keep) : std::nullopt;
}

}  // namespace

const Mailing& Post::linked(Instant date) {
  if (linked_ && linked_at_ == date) return *linked_;
  auto facts = facts_;
  const auto link = parts_.artifacts().link(
      {.sha256 = file_->sha256, .file_name = facts.report.attachment_name, .now = date, .not_after = kept_until(parts_, date)});
  facts.report.download_url = link.url;
  facts.report.download_ends =
      facts.report.language.minute_with_zone(link.ends, Zone::find(facts.report.timezone).value_or(Zone::utc()));
  linked_.emplace(parts_, std::move(facts), file_->run_id, file_->format, -1);
  linked_at_ = date;
  return *linked_;
}

std::vector<store::NewDelivery> Post::queue(const std::vector<schedule::Place>& places, Instant date) const {
  std::vector<store::NewDelivery> files;
  for (const auto& place : places)
    files.push_back({.id = new_id(),
                     .destination = place.destination,
                     .path = place.path,
                     .message_sha256 = file_->sha256,
                     .message_bytes = file_->bytes,
                     .message_date = date});
  return files;
}

std::vector<store::NewDelivery> Post::queue(const std::vector<Mailbox>& recipients, Instant date) {
  if (recipients.empty()) return {};
  const auto prepared = [&](const Mailing& mailing) {
    std::vector<store::NewDelivery> messages;
    for (const auto& to : recipients) messages.push_back(mailing.prepare(to, file_->run_id, new_id(), date));
    return messages;
  };
  const auto limit = parts_.settings().mail.max_message_bytes;
  const auto too_large = [&](std::int64_t bytes) { return static_cast<std::uint64_t>(bytes) > limit; };
  std::vector<store::NewDelivery> messages;
  facts_.linked = may_link() && too_large(file_->bytes);  // encoded it only grows: there is no need to compose that
  if (!facts_.linked) {
    messages = prepared(attached());
    facts_.linked = may_link() && std::any_of(messages.begin(), messages.end(),
                                              [&](const auto& message) { return too_large(message.message_bytes); });
  }
  return facts_.linked ? prepared(linked(date)) : messages;
}

}  // namespace reportctl::run
