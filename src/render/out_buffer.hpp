// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// Collects bytes for a sink, so that writers write through a plain pointer of their own: from `at`, through room(), and back.
class OutBuffer {
  Sink& sink_;
  std::unique_ptr<char[]> bytes_;
  char* end_;

 public:
  static constexpr std::size_t kSize = std::size_t{256} << 10U;
  explicit OutBuffer(Sink& sink) : sink_(sink), bytes_(new char[kSize]), end_(bytes_.get() + kSize), at(bytes_.get()) {}

  char* at;  ///< the end of what was written; whoever writes sets it

  /// Where `size` bytes (at most kSize) may be written, given that the buffer is filled up to `here`.
  char* room(std::size_t size, char* here) {
    if (static_cast<std::size_t>(end_ - here) >= size) return here;
    flush(here);
    return bytes_.get();
  }
  void flush(const char* end) {
    const std::string_view bytes(bytes_.get(), static_cast<std::size_t>(end - bytes_.get()));
    at = bytes_.get();
    if (!bytes.empty()) sink_.write(bytes);
  }
};

}  // namespace reportctl::render
