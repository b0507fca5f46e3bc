// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_images.hpp"

#include <algorithm>
#include <set>

namespace reportctl::render {
namespace {

constexpr std::string_view kOpening = "/XObject <<";
constexpr std::string_view kClosing = ">>";

/// Of the entries ` /x5 5 0 R` between the marks, all but the first of each name become spaces.
void blank_repeated(char* begin, char* end) {
  std::set<std::string_view> names;
  for (char* at = std::find(begin, end, '/'); at != end;) {
    char* const next = std::find(at + 1, end, '/');
    const std::string_view name(at, static_cast<std::size_t>(std::find(at, next, ' ') - at));
    if (!names.insert(name).second) std::fill(at, next, ' ');
    at = next;
  }
}

}  // namespace

void ImagesOnce::write(std::string_view bytes) {
  held_ += bytes;
  if (held_.size() >= at_once_) pass_on();
}

void ImagesOnce::pass_on() {
  std::size_t done = 0;
  for (;;) {
    const std::size_t opening = held_.find(kOpening, done);
    if (opening == std::string::npos) {
      done = std::max(done, held_.size() - std::min(held_.size(), kOpening.size() - 1));
      break;
    }
    const std::size_t closing = held_.find(kClosing, opening + kOpening.size());
    if (closing == std::string::npos) {
      done = opening;
      break;
    }
    blank_repeated(held_.data() + opening + kOpening.size(), held_.data() + closing);
    done = closing;
  }
  sink_.write(std::string_view(held_).substr(0, done));
  held_.erase(0, done);
}

void ImagesOnce::finish() {
  pass_on();
  sink_.write(held_);
  held_.clear();
}

}  // namespace reportctl::render
