// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// Passes a PDF on in which no dictionary of images names one twice. cairo 1.16 lists an emoji as often as it stands on a page,
/// at which readers complain; what is too much becomes spaces, so that nothing in the file moves.
class ImagesOnce {
 public:
  explicit ImagesOnce(Sink& sink) : sink_(sink) {}
  void write(std::string_view bytes);
  /// Writes what it kept back.
  void finish();

 private:
  Sink& sink_;
  std::string held_;  ///< that may begin a dictionary, or one that has not ended
};

}  // namespace reportctl::render
