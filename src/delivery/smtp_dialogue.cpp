// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "smtp_dialogue.hpp"

#include <algorithm>
#include <utility>

#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

constexpr std::size_t kLongestWords = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Dialogue::connected() {
  *this = Dialogue(plan_);
  phase_ = Phase::greeting;
}

void Dialogue::next_letter() {
  const bool in_the_middle = phase_ == Phase::recipient || phase_ == Phase::data;
  if (phase_ >= Phase::mail) advance(in_the_middle ? Phase::reset : Phase::mail);
}

void Dialogue::advance(Phase phase) {
  phase_ = phase;
  over_ = false;
  code_ = 0;
  words_.clear();
}

void Dialogue::line(std::string_view text) {
  if (over_) return;
  const std::size_t raw_size = text.size();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() < 3 || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2])) return;  // libcurl skips such lines, too
  // A bare `250` is a last line, but libcurl knows it only by its length with CRLF.
  const bool last = text.size() == 3 ? raw_size == 5 : text[3] == ' ';
  if (!last && !(text.size() > 3 && text[3] == '-')) return;
  if (phase_ == Phase::hello) capability(text.substr(std::min<std::size_t>(4, text.size())));
  first_line_ = false;
  if (pending_.size() < kLongestWords) {
    if (!pending_.empty()) pending_ += ' ';
    pending_ += text.substr(0, kLongestWords);
  }
  if (!last) return;
  words_ = std::move(pending_);
  pending_.clear();
  first_line_ = true;
  reply((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
}

void Dialogue::capability(std::string_view text) {
  if (first_line_) {
    auth_offered_ = takes_size_ = takes_utf8_ = false;  // what was said before STARTTLS does not count
    mechanisms_.clear();
    size_limit_.reset();
  }
  if (text.starts_with("AUTH ")) {  // libcurl compares upper case, and the first line as well
    auth_offered_ = true;
    mechanisms_ = trim(text.substr(5));
  }
  if (first_line_) return;
  const std::string keyword = to_lower(text);
  if (keyword == "smtputf8") takes_utf8_ = true;
  if (keyword == "size" || keyword.starts_with("size ")) takes_size_ = true;
  if (!keyword.starts_with("size ")) return;
  const auto size = parse_integer(trim(text.substr(5)));
  if (size && *size > 0) size_limit_ = static_cast<std::uint64_t>(*size);  // RFC 1870: 0 is no fixed limit
}

void Dialogue::expect(bool granted, Phase next) {
  if (granted)
    advance(next);
  else
    over_ = true;
}

void Dialogue::reply(int code) {
  code_ = code;
  const int kind = code / 100;
  switch (phase_) {
    case Phase::connect:
    case Phase::greeting:
      return expect(kind == 2, Phase::hello);
    case Phase::hello:
      over_ = code == 421;
      if (kind != 2) return;  // libcurl may try HELO, which is the same phase
      if (plan_.starttls && !secure_) return advance(Phase::starttls);
      return advance(plan_.login ? Phase::auth : Phase::mail);
    case Phase::starttls:
      secure_ = code == 220;
      return expect(secure_, Phase::hello);
    case Phase::auth:
      if (kind == 3) return advance(Phase::auth);
      logged_in_ = code == 235;
      return expect(logged_in_, Phase::mail);
    case Phase::reset:
      return expect(kind == 2, Phase::mail);
    case Phase::mail:
      return expect(kind == 2, Phase::recipient);
    case Phase::recipient:
      return expect(kind == 2, Phase::data);
    case Phase::data:
      return expect(code == 354, Phase::content);
    case Phase::content:
      over_ = code != 250;
      return;
  }
}

}  // namespace reportctl::delivery
