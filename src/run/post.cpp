// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "post.hpp"

#include <algorithm>

#include "reportctl/base/zone.hpp"
#include "reportctl/run/retention.hpp"

namespace reportctl::run {

FetchedFiles fetch_files(Parts& parts, const store::Run& run) {
  FetchedFiles fetched;
  for (auto& file : store::run_files(parts.state(), run)) {
    fetched.open.push_back(parts.artifacts().get(file.sha256, file.bytes));
    fetched.files.push_back({std::move(file), fetched.open.back().get()});
  }
  return fetched;
}

Post::Post(Parts& parts, MailFacts facts, std::string run_id, std::vector<ReportFile> files)
    : parts_(parts), facts_(std::move(facts)), run_id_(std::move(run_id)), files_(std::move(files)) {}

Post::Post(Parts& parts, MailFacts facts, const mail::Content& content) : parts_(parts), facts_(std::move(facts)) {
  attached_.emplace(parts, facts_, content);
}

bool Post::may_link() const { return !files_.empty() && parts_.settings().mail.oversize == settings::Oversize::link; }

const Mailing& Post::attached() {
  if (!attached_) attached_.emplace(parts_, facts_, run_id_, files_);
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
  artifact::Link link;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    link = parts_.artifacts().link(
        {.sha256 = files_[i].sha256, .file_name = files_[i].name, .now = date, .not_after = kept_until(parts_, date)});
    (i == 0 ? facts.report.download_url : facts.report.more_files.at(i - 1).download_url) = link.url;
  }
  facts.report.download_ends =
      facts.report.language.minute_with_zone(link.ends, Zone::find(facts.report.timezone).value_or(Zone::utc()));
  linked_.emplace(parts_, std::move(facts), run_id_, std::vector<ReportFile>());
  linked_at_ = date;
  return *linked_;
}

std::vector<store::NewDelivery> Post::queue(const std::vector<schedule::Place>& places, Instant date) const {
  std::vector<store::NewDelivery> files;
  for (const auto& place : places) {
    const auto named = std::find_if(files_.begin(), files_.end(), [&](const ReportFile& file) {
      return file.name == place.path.substr(place.path.rfind('/') + 1);
    });
    files.push_back({.id = new_id(),
                     .destination = place.destination,
                     .path = place.path,
                     .message_sha256 = named->sha256,
                     .message_bytes = named->bytes,
                     .message_date = date});
  }
  return files;
}

std::vector<store::NewDelivery> Post::queue(const std::vector<Mailbox>& recipients, Instant date) {
  if (recipients.empty()) return {};
  const auto prepared = [&](const Mailing& mailing) {
    std::vector<store::NewDelivery> messages;
    for (const auto& to : recipients) messages.push_back(mailing.prepare(to, run_id_, new_id(), date));
    return messages;
  };
  const auto limit = parts_.settings().mail.max_message_bytes;
  const auto too_large = [&](std::int64_t bytes) { return static_cast<std::uint64_t>(bytes) > limit; };
  std::vector<store::NewDelivery> messages;
  std::int64_t bytes = 0;
  for (const auto& file : files_) bytes += file.bytes;
  facts_.linked = may_link() && too_large(bytes);  // encoded they only grow: there is no need to compose that
  if (!facts_.linked) {
    messages = prepared(attached());
    facts_.linked = may_link() && std::any_of(messages.begin(), messages.end(),
                                              [&](const auto& message) { return too_large(message.message_bytes); });
  }
  return facts_.linked ? prepared(linked(date)) : messages;
}

}  // namespace reportctl::run
