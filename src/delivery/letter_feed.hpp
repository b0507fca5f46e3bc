// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "reportctl/delivery/transport.hpp"

namespace reportctl::delivery {

/// The bytes of a letter in order.
class LetterReader {
 public:
  explicit LetterReader(const Letter& letter) : letter_(letter) {}
  /// Fills up to `size` bytes and returns how many; 0 at the end. Error(output) when the spooled body cannot be read.
  std::size_t read(char* out, std::size_t size);
  [[nodiscard]] bool at_end() const { return offset_ == letter_.size(); }

 private:
  const Letter& letter_;
  std::uint64_t offset_ = 0;
};

/// Asks for the leave to hand over; the reason when it throws, empty when it is granted.
std::string ask(const HandingOver&) noexcept;

/// A reader that asks HandingOver once, before the read that completes the letter returns.
class LetterFeed {
 public:
  LetterFeed(const Letter& letter, const HandingOver& handing_over) : reader_(letter), handing_over_(handing_over) {}
  /// As LetterReader::read(); nullopt: nothing more may be handed over, failure() says why.
  std::optional<std::size_t> read(char* out, std::size_t size) noexcept;
  [[nodiscard]] bool handed_over() const { return handed_over_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  LetterReader reader_;
  const HandingOver& handing_over_;
  bool handed_over_ = false;
  std::string failure_;
};

/// The outcome of a letter that was stopped by its feed: deferred, since its last bytes never left.
Outcome not_handed_over(const std::string& why);

}  // namespace reportctl::delivery
