// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include "gmime_api.hpp"

namespace reportctl::mail {

GType register_file_stream(const Gmime&);

/// A borrowed file as a GMime stream, from its first byte; the descriptor's offset is left alone. GMime takes a file that cannot
/// be read for an empty one, so check() tells whether all of it was.
class FileStream {
 public:
  /// Error(output) when it is no regular file.
  explicit FileStream(int fd);
  [[nodiscard]] GMimeStream* get() const { return stream_.get(); }
  /// Error(output) unless every byte was read.
  void check() const;

  ssize_t read(char* out, std::size_t size);
  void rewind() {
    offset_ = 0;
    at_end_ = false;
  }
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  int fd_;
  off_t size_ = 0;
  off_t offset_ = 0;
  off_t read_ = 0;  ///< the furthest that any pass came
  int error_ = 0;   ///< errno
  bool at_end_ = false;
  GmimePtr<GMimeStream> stream_;
};

}  // namespace reportctl::mail
