// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "post.hpp"

#include <algorithm>
#include <array>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/file_format.hpp"
#include "reportctl/run/retention.hpp"

namespace reportctl::run {
namespace {

Mailbox sender(const std::string& text) {
  auto from = Mailbox::parse(text);
  if (!from) {
    throw Error(ErrorKind::config, "no sender address is configured",
                "set `mail.from` in reportctl.yaml, e.g. Reports <reports@example.com>");
  }
  return *from;
}

mail::Content content_of(Parts& parts, const MailFacts& facts, const std::string& run_id,
                         const std::vector<ReportFile>& attached) {
  auto report = facts.report;
  if (report.logo.bytes.empty()) report.logo = logo_for_mail(parts, facts.logo_image, report.account_name);
  const auto texts = mail::render_report(report);
  mail::Content content{.text = texts.text,
                        .html = texts.html,
                        .attachments = {},
                        .boundary_seed = run_id,
                        .images = mail::images_of(report.logo, report.chart, report.run_id)};
  for (const auto& file : attached)
    content.attachments.push_back(
        {.file_name = file.name, .content_type = std::string(rows::file_format(file.format).media_type), .fd = file.fd});
  return content;
}

}  // namespace

Mailing::Mailing(Parts& parts, const MailFacts& facts, const std::string& run_id, const std::vector<ReportFile>& attached)
    : Mailing(parts, facts, content_of(parts, facts, run_id, attached)) {}

Mailing::Mailing(Parts& parts, const MailFacts& facts, const mail::Content& content)
    : subject_(HeaderValue::cleaned(facts.subject)),
      from_(sender(facts.from)),
      reply_to_(Mailbox::parse(facts.reply_to)),
      list_unsubscribe_(EmailAddress::parse(facts.list_unsubscribe)),
      body_(parts.artifacts().spool()) {
  mail::write_body(content, body_);
}

std::string Mailing::head(const Mailbox& to, const std::string& message_id, Instant date) const {
  return mail::write_head({.from = from_,
                           .to = to,
                           .subject = subject_,
                           .date = date,
                           .message_id = message_id,
                           .list_unsubscribe = list_unsubscribe_,
                           .unsubscribe_token = mail::unsubscribe_token(message_id),
                           .reply_to = reply_to_});
}

std::string Mailing::head(const store::Delivery& delivery) const {
  return head(delivery.recipient.value(), delivery.message_id, delivery.message_date);
}

std::string Mailing::sha256(const std::string& head) const {
  Sha256 hash;
  hash.update(head);
  std::array<char, 1U << 16U> buffer;
  std::uint64_t offset = 0;
  while (const auto count = body_.read_at(offset, buffer.data(), buffer.size())) {
    hash.update({buffer.data(), count});
    offset += count;
  }
  return hash.finish();
}

bool Mailing::makes(const store::Delivery& delivery) const {
  return delivery.recipient && sha256(head(delivery)) == delivery.message_sha256;
}

store::NewDelivery Mailing::prepare(const Mailbox& to, const std::string& run_id, const std::string& delivery_id,
                                    Instant date) const {
  store::NewDelivery delivery{.id = delivery_id, .recipient = to};
  delivery.message_id = mail::message_id(run_id, delivery_id, from_.address);
  delivery.message_date = date;
  const auto bytes = head(to, delivery.message_id, date);
  delivery.message_sha256 = sha256(bytes);
  delivery.message_bytes = static_cast<std::int64_t>(bytes.size() + body_.size());
  return delivery;
}

FetchedFiles fetch_files(Parts& parts, const store::Run& run) {
  FetchedFiles fetched;
  for (auto& file : store::run_files(parts.state(), run)) {
    fetched.open.push_back(parts.artifacts().get(file.sha256, file.bytes));
    fetched.files.push_back({std::move(file), fetched.open.back().get()});
  }
  return fetched;
}

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

std::vector<store::NewDelivery> Post::messages(const std::vector<Mailbox>& recipients, Instant date) {
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

std::vector<store::NewDelivery> Post::queue(const schedule::Recipients& to, Instant date) {
  auto queued = messages(to.mailboxes, date);
  for (const auto& place : to.places) {
    const auto named = std::find_if(files_.begin(), files_.end(), [&](const ReportFile& file) {
      return file.name == place.path.substr(place.path.rfind('/') + 1);
    });
    queued.push_back({.id = new_id(),
                      .destination = place.destination,
                      .path = place.path,
                      .message_sha256 = named->sha256,
                      .message_bytes = named->bytes,
                      .message_date = date});
  }
  return queued;
}

}  // namespace reportctl::run
