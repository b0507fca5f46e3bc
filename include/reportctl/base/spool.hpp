// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/file.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl {

/// Writes to a descriptor that it does not own, and waits for a slow reader no longer than a second in all: what a pipe has no
/// room for is kept in a nameless file until there is room, or until finish(). Whoever produces the bytes goes on at its own
/// speed, and a database that is read for them is left in time. Terminals and sockets, whose room is not known, get everything at
/// finish().
class SpoolingSink final : public Sink {
 public:
  /// `what` is for messages, as in FdSink.
  SpoolingSink(int fd, std::string what);
  void write(std::string_view bytes) override;
  /// Waits for the reader, however long that takes.
  void finish();

 private:
  enum class Kind { file, pipe, other };
  /// How many bytes can be written without waiting, after waiting as long as there is patience; 0: none.
  [[nodiscard]] std::size_t room();
  [[nodiscard]] bool is_caught_up() const { return !spool_ || sent_ == spool_->size(); }
  void keep(std::string_view bytes);
  std::string_view next_piece(std::size_t most);

  int fd_;
  FdSink direct_;
  Kind kind_;
  std::optional<TempFile> spool_;
  std::uint64_t sent_ = 0;                                      ///< of the spool
  std::chrono::nanoseconds patience_{std::chrono::seconds{1}};  ///< what is left of it
  std::string piece_;
};

}  // namespace reportctl
