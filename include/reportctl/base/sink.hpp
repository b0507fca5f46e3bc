// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reportctl/base/hash.hpp"

namespace reportctl {

/// Where bytes go. write() takes all of them or throws Error(output).
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;
};

/// Writes to a descriptor that it does not own. EPIPE, ENOSPC and every other failure is Error(output) naming `what`; a stop
/// signal while a reader stands still is Error(interrupted).
class FdSink final : public Sink {
 public:
  FdSink(int fd, std::string what) : fd_(fd), what_(std::move(what)) {}
  void write(std::string_view bytes) override;

 private:
  int fd_;
  std::string what_;
};

/// Passes bytes on and keeps their count and SHA-256.
class HashingSink final : public Sink {
 public:
  explicit HashingSink(Sink& next) : next_(next) {}
  void write(std::string_view bytes) override;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Lower-case hex of all that was written; ends the hashing.
  std::string sha256() { return hash_.finish(); }

 private:
  Sink& next_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

/// Drops everything.
class Nowhere final : public Sink {
 public:
  void write(std::string_view) override {}
};

/// Collects in memory; for small things and tests.
class StringSink final : public Sink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }
  std::string text;
};

}  // namespace reportctl
