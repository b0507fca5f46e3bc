// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "gmime_api.hpp"
#include "quoted_printable.hpp"

namespace reportctl::mail {

GType register_file_stream(const Gmime&);

/// How a file travels: base64 is GMime's work, quoted-printable is done here.
enum class FileEncoding { base64, quoted_printable };
/// Quoted-printable for text of ASCII characters alone: filters distrust such text in base64.
FileEncoding encoding_of(int fd, std::string_view content_type);

/// A borrowed file as a GMime stream, from its first byte; the descriptor's offset is left alone. GMime takes a file that cannot
/// be read for an empty one, so check() tells whether all of it was.
class FileStream {
 public:
  /// Error(output) when it is no regular file.
  FileStream(int fd, FileEncoding);
  [[nodiscard]] GMimeStream* get() const { return stream_.get(); }
  /// Error(output) unless every byte was read.
  void check() const;

  ssize_t read(char* out, std::size_t size);
  void rewind();
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  ssize_t read_file(char* out, std::size_t size);
  ssize_t read_encoded(char* out, std::size_t size);

  int fd_;
  FileEncoding encoding_;
  std::optional<QuotedPrintable> encoder_;  ///< until the file's end is reached
  std::string encoded_;
  off_t size_ = 0;
  off_t offset_ = 0;
  off_t read_ = 0;  ///< the furthest that any pass came
  int error_ = 0;   ///< errno
  bool at_end_ = false;
  GmimePtr<GMimeStream> stream_;
};

}  // namespace reportctl::mail
