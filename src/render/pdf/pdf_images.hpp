// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// Passes a PDF on in which no dictionary of images names one twice. cairo 1.16 lists an emoji as often as it stands on a page,
/// at which readers complain; what is too much becomes spaces, so that nothing in the file moves. cairo writes a few bytes at a
/// time; they are passed on `at_once`.
class ImagesOnce {
 public:
  static constexpr std::size_t kAtOnce = std::size_t{64} << 10U;
  explicit ImagesOnce(Sink& sink, std::size_t at_once = kAtOnce) : sink_(sink), at_once_(at_once) {}
  void write(std::string_view bytes);
  /// Writes what it kept back.
  void finish();

 private:
  void pass_on();
  Sink& sink_;
  std::size_t at_once_;
  std::string held_;  ///< and behind pass_on() only what may begin a dictionary, or one that has not ended
};

}  // namespace reportctl::render
