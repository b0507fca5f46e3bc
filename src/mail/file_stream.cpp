// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "file_stream.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "reportctl/base/error.hpp"

namespace reportctl::mail {

namespace {

struct Instance {
  GMimeStream parent;
  FileStream* owner;
};

FileStream& owner_of(GMimeStream* stream) { return *reinterpret_cast<Instance*>(stream)->owner; }

ssize_t on_read(GMimeStream* stream, char* out, size_t size) { return owner_of(stream).read(out, size); }

gboolean on_eos(GMimeStream* stream) { return owner_of(stream).at_end() ? TRUE : FALSE; }

int on_reset(GMimeStream* stream) {
  owner_of(stream).rewind();
  return 0;
}

void init_class(gpointer klass, gpointer) {
  auto* stream = static_cast<GMimeStreamClass*>(klass);
  stream->read = on_read;
  stream->eos = on_eos;
  stream->reset = on_reset;
}

[[noreturn]] void fail(int error) { throw system_error(ErrorKind::output, "cannot read the file to be attached", error); }

}  // namespace

GType register_file_stream(const Gmime& api) {
  return api.g_type_register_static_simple(api.g_mime_stream_get_type(), "ReportctlFileStream", sizeof(GMimeStreamClass),
                                           init_class, sizeof(Instance), nullptr, GTypeFlags{});
}

FileStream::FileStream(int fd) : fd_(fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(errno);
  if (!S_ISREG(status.st_mode)) fail(EINVAL);
  size_ = status.st_size;
  auto* instance = static_cast<Instance*>(gmime().g_object_new(gmime().file_stream_type, nullptr));
  instance->owner = this;
  stream_.reset(&instance->parent);
  gmime().g_mime_stream_construct(stream_.get(), 0, -1);
}

ssize_t FileStream::read(char* out, std::size_t size) {
  ssize_t got = 0;
  do got = ::pread(fd_, out, size, offset_);
  while (got < 0 && errno == EINTR);
  if (got < 0) error_ = errno;
  at_end_ = got <= 0;
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
