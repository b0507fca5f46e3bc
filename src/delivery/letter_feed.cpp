// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "letter_feed.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

std::size_t LetterReader::read(char* out, std::size_t size) {
  std::size_t count = 0;
  if (offset_ < letter_.head.size()) {
    count = std::min(size, letter_.head.size() - offset_);
    std::memcpy(out, letter_.head.data() + offset_, count);
  }
  while (count < size && offset_ + count < letter_.size()) {
    const std::size_t got = letter_.body->read_at(offset_ + count - letter_.head.size(), out + count, size - count);
    if (got == 0) throw Error(ErrorKind::output, "the composed message is shorter than when it was written");
    count += got;
  }
  offset_ += count;
  return count;
}

std::string ask(const HandingOver& handing_over) noexcept try {
  handing_over();
  return {};
} catch (const std::exception& error) {
  return visible(error.what());
} catch (...) {
  return "the delivery could not be recorded";
}

std::optional<std::size_t> LetterFeed::read(char* out, std::size_t size) noexcept try {
  if (!failure_.empty()) return std::nullopt;
  const std::size_t count = reader_.read(out, size);
  if (reader_.at_end() && !handed_over_) {
    failure_ = ask(handing_over_);
    if (!failure_.empty()) return std::nullopt;
    handed_over_ = true;
  }
  return count;
} catch (const std::exception& error) {
  failure_ = visible(error.what());
  return std::nullopt;
}

Outcome not_handed_over(const std::string& why) { return {OutcomeKind::deferred, "not sent: " + why, "local", 0, false}; }

}  // namespace reportctl::delivery
