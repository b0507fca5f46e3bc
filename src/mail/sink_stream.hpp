// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <exception>
#include <string>

#include "gmime_api.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl::mail {

GType register_sink_stream(const Gmime&);

/// A GMime stream that writes into a Sink, 64 KB at a time. GMime is C: an exception of the sink is kept and thrown again by
/// finish().
class SinkStream {
 public:
  explicit SinkStream(Sink& next);
  [[nodiscard]] GMimeStream* get() const { return stream_.get(); }
  /// Writes what is left and reports what went wrong.
  void finish();

  bool take(const char* bytes, std::size_t size) noexcept;

 private:
  Sink& next_;
  std::string buffer_;
  std::exception_ptr failure_;
  GmimePtr<GMimeStream> stream_;
};

}  // namespace reportctl::mail
