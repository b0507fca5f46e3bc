// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "header_text.hpp"
#include "reportctl/mail/message.hpp"

namespace reportctl::mail {

namespace {

/// `Fri, 20 Mar 2026 09:46:40 +0000` (RFC 5322 3.3).
std::string date_text(Instant date) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day calendar(day);
  const std::chrono::hh_mm_ss time(date - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(calendar.day()), kMonths[static_cast<unsigned>(calendar.month()) - 1],
                     static_cast<int>(calendar.year()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

// RFC 6068: what a URL reserves is escaped; `+`, common in such addresses, stays readable for people and means itself.
std::string mailto_url(const EmailAddress& address, const std::string& token) {
  std::string url = "<mailto:";
  for (const char c : address.str()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~@+").find(c) != std::string_view::npos;
    if (plain)
      url.push_back(c);
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url + (token.empty() ? std::string() : "?subject=unsubscribe%20" + token) + ">";
}

}  // namespace

std::string write_head(const Envelope& envelope) {
  auto head =
      header_mailbox("From", envelope.from) +
      (envelope.reply_to ? header_mailbox("Reply-To", *envelope.reply_to) : std::string()) + header_mailbox("To", envelope.to) +
      header_text("Subject", envelope.subject.str()) + header_line("Date", date_text(envelope.date)) +
      header_line("Message-ID", fmt::format("<{}>", envelope.message_id)) + header_line("Auto-Submitted", "auto-generated");
  if (envelope.list_unsubscribe)
    head += header_line("List-Unsubscribe", mailto_url(*envelope.list_unsubscribe, envelope.unsubscribe_token));
  // Exchange ignores Auto-Submitted and answers "out of office" to reports.
  return head + header_line("X-Auto-Response-Suppress", "OOF, AutoReply");
}

std::string unsubscribe_token(std::string_view message_id) {
  const auto first = message_id.find('.');
  const auto end = message_id.find_first_of(".@", first == std::string_view::npos ? first : first + 1);
  if (first == std::string_view::npos || end == std::string_view::npos) return {};
  return std::string(message_id.substr(first + 1, end - first - 1));
}

std::string message_id(const std::string& run_id, const std::string& delivery_id, const EmailAddress& from) {
  return fmt::format("{}.{}@{}", run_id, delivery_id, from.domain());
}

}  // namespace reportctl::mail
