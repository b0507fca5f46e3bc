// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "file_stream.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "reportctl/base/error.hpp"

namespace reportctl::mail {

namespace {

constexpr std::size_t kPiece = 1U << 16U;

struct FileInstance {
  GMimeStream parent;
  FileStream* owner;
};

FileStream& owner_of(GMimeStream* stream) { return *reinterpret_cast<FileInstance*>(stream)->owner; }

ssize_t on_read(GMimeStream* stream, char* out, size_t size) { return owner_of(stream).read(out, size); }

gboolean on_eos(GMimeStream* stream) { return owner_of(stream).at_end() ? TRUE : FALSE; }

int on_reset(GMimeStream* stream) {
  owner_of(stream).rewind();
  return 0;
}

void init_file_class(gpointer klass, gpointer) {
  auto* stream = static_cast<GMimeStreamClass*>(klass);
  stream->read = on_read;
  stream->eos = on_eos;
  stream->reset = on_reset;
}

[[noreturn]] void fail(int error) { throw system_error(ErrorKind::output, "cannot read the file to be attached", error); }

}  // namespace

GType register_file_stream(const Gmime& api) {
  return api.g_type_register_static_simple(api.g_mime_stream_get_type(), "ReportctlFileStream", sizeof(GMimeStreamClass),
                                           init_file_class, sizeof(FileInstance), nullptr, GTypeFlags{});
}

FileEncoding encoding_of(int fd, std::string_view content_type) {
  if (!content_type.starts_with("text/")) return FileEncoding::base64;
  std::array<char, kPiece> buffer;
  off_t offset = 0;
  for (;;) {
    const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno);
    if (got == 0) return FileEncoding::quoted_printable;
    const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; };
    if (!std::all_of(buffer.begin(), buffer.begin() + got, is_text)) return FileEncoding::base64;
    offset += got;
  }
}

FileStream::FileStream(int fd, FileEncoding encoding) : fd_(fd), encoding_(encoding) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(errno);
  if (!S_ISREG(status.st_mode)) fail(EINVAL);
  size_ = status.st_size;
  auto* instance = static_cast<FileInstance*>(gmime().g_object_new(gmime().file_stream_type, nullptr));
  instance->owner = this;
  stream_.reset(&instance->parent);
  gmime().g_mime_stream_construct(stream_.get(), 0, -1);
  rewind();
}

void FileStream::rewind() {
  offset_ = 0;
  at_end_ = false;
  encoded_.clear();
  if (encoding_ == FileEncoding::quoted_printable) encoder_.emplace(QuotedPrintable::Kind::bytes);
}

ssize_t FileStream::read(char* out, std::size_t size) {
  const ssize_t got = encoding_ == FileEncoding::quoted_printable ? read_encoded(out, size) : read_file(out, size);
  at_end_ = got <= 0;
  return got;
}

ssize_t FileStream::read_encoded(char* out, std::size_t size) {
  while (encoded_.empty() && encoder_) {
    std::array<char, kPiece> buffer;
    const ssize_t got = read_file(buffer.data(), buffer.size());
    if (got < 0) return got;
    if (got > 0) encoder_->append({buffer.data(), static_cast<std::size_t>(got)}, encoded_);
    if (got > 0) continue;
    encoder_->finish(encoded_);
    encoder_.reset();
  }
  const auto count = std::min(size, encoded_.size());
  std::copy_n(encoded_.begin(), count, out);
  encoded_.erase(0, count);
  return static_cast<ssize_t>(count);
}

ssize_t FileStream::read_file(char* out, std::size_t size) {
  ssize_t got = 0;
  do got = ::pread(fd_, out, size, offset_);
  while (got < 0 && errno == EINTR);
  if (got < 0) error_ = errno;
  if (got <= 0) return got;
  offset_ += got;
  read_ = std::max(read_, offset_);
  return got;
}

void FileStream::check() const {
  if (error_ != 0) fail(error_);
  if (read_ < size_) fail(ENODATA);
}

}  // namespace reportctl::mail
