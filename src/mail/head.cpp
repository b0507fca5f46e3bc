// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "gmime_api.hpp"
#include "reportctl/mail/message.hpp"

namespace reportctl::mail {

namespace {

void add_mailbox(InternetAddressList* list, const Mailbox& mailbox) {
  const Gmime& api = gmime();
  const std::string display = HeaderValue::cleaned(mailbox.display).str();
  const GmimePtr<InternetAddress> address(
      api.internet_address_mailbox_new(display.empty() ? nullptr : display.c_str(), mailbox.address.str().c_str()));
  api.internet_address_set_charset(address.get(), "utf-8");
  api.internet_address_list_add(list, address.get());
}

// RFC 6068: what a URL reserves is escaped; `+`, common in such addresses, stays readable for people and means itself.
std::string mailto_url(const EmailAddress& address) {
  std::string url = "<mailto:";
  for (const char c : address.str()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~@+").find(c) != std::string_view::npos;
    if (plain)
      url.push_back(c);
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url + ">";
}

}  // namespace

std::string write_head(const Envelope& envelope) {
  const Gmime& api = gmime();
  const GmimePtr<GMimeMessage> message(api.g_mime_message_new(FALSE));
  GMimeObject* object = GMIME_OBJECT(message.get());
  add_mailbox(api.g_mime_message_get_from(message.get()), envelope.from);
  add_mailbox(api.g_mime_message_get_to(message.get()), envelope.to);
  api.g_mime_object_append_header(object, "Subject", envelope.subject.str().c_str(), "utf-8");
  const GmimePtr<GDateTime> date(api.g_date_time_new_from_unix_utc(envelope.date.time_since_epoch().count()));
  api.g_mime_message_set_date(message.get(), date.get());
  api.g_mime_object_append_header(object, "Message-ID", fmt::format("<{}>", envelope.message_id).c_str(), "utf-8");
  api.g_mime_object_append_header(object, "Auto-Submitted", "auto-generated", "utf-8");
  if (envelope.list_unsubscribe)
    api.g_mime_object_append_header(object, "List-Unsubscribe", mailto_url(*envelope.list_unsubscribe).c_str(), "utf-8");
  // Exchange ignores Auto-Submitted and answers "out of office" to reports.
  api.g_mime_object_append_header(object, "X-Auto-Response-Suppress", "OOF, AutoReply", "utf-8");

  const GmimePtr<GMimeFormatOptions> format = wire_format();
  const GmimePtr<char> head(api.g_mime_object_get_headers(object, format.get()));
  return head.get();
}

std::string message_id(const std::string& run_id, const std::string& delivery_id, const EmailAddress& from) {
  return fmt::format("{}.{}@{}", run_id, delivery_id, from.domain());
}

}  // namespace reportctl::mail
