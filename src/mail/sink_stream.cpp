// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sink_stream.hpp"

namespace reportctl::mail {

namespace {

constexpr std::size_t kBufferSize = 64U << 10U;

struct SinkInstance {
  GMimeStream parent;
  SinkStream* owner;
};

ssize_t on_write(GMimeStream* stream, const char* bytes, size_t size) {
  return reinterpret_cast<SinkInstance*>(stream)->owner->take(bytes, size) ? static_cast<ssize_t>(size) : -1;
}

int on_flush(GMimeStream*) { return 0; }  // GMime flushes after every part; finish() is the one that counts

void init_sink_class(gpointer klass, gpointer) {
  auto* stream = static_cast<GMimeStreamClass*>(klass);
  stream->write = on_write;
  stream->flush = on_flush;
}

}  // namespace

GType register_sink_stream(const Gmime& api) {
  return api.g_type_register_static_simple(api.g_mime_stream_get_type(), "ReportctlSinkStream", sizeof(GMimeStreamClass),
                                           init_sink_class, sizeof(SinkInstance), nullptr, GTypeFlags{});
}

SinkStream::SinkStream(Sink& next) : next_(next) {
  buffer_.reserve(kBufferSize);
  auto* instance = static_cast<SinkInstance*>(gmime().g_object_new(gmime().sink_stream_type, nullptr));
  instance->owner = this;
  stream_.reset(&instance->parent);
  gmime().g_mime_stream_construct(stream_.get(), 0, -1);
}

bool SinkStream::take(const char* bytes, std::size_t size) noexcept {
  if (failure_) return false;
  try {
    if (buffer_.size() + size > kBufferSize) {
      next_.write(buffer_);
      buffer_.clear();
    }
    buffer_.append(bytes, size);
  } catch (...) {
    failure_ = std::current_exception();
  }
  return !failure_;
}

void SinkStream::finish() {
  if (failure_) std::rethrow_exception(failure_);
  next_.write(buffer_);
  buffer_.clear();
}

}  // namespace reportctl::mail
