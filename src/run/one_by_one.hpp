// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::run {

/// Takes one after the other and works on it. Where a run ends well, the next one is taken in the transaction of its end: half of
/// the time of a small report is spent on waiting for the disk.
template <typename Item, typename Taken>
class OneByOne {
 public:
  using Take = Taken (*)(Parts&, const Item&);
  OneByOne(Parts& parts, const std::vector<Item>& items, Take take) : parts_(parts), items_(items), take_(take) {
    parts_.with_end = [this](Parts::WithEnd what) {
      if (what == Parts::WithEnd::undone) return ahead_.reset();
      if (!ahead_ && next_ < items_.size() && !stop_requested()) ahead_ = take_(parts_, items_[next_]);
    };
  }
  /// What was taken and not worked on is given back.
  ~OneByOne() {
    parts_.with_end = nullptr;
    if (!ahead_ || !ahead_->claim) return;
    try {
      store::release(parts_.state(), *ahead_->claim);
    } catch (const Error&) {  // it is found as that of a process that died
    }
  }
  OneByOne(const OneByOne&) = delete;
  OneByOne& operator=(const OneByOne&) = delete;

  /// The next one; none: there are no more. Error(interrupted).
  std::optional<std::pair<const Item*, Taken>> next() {
    throw_if_stopped();
    if (next_ == items_.size()) return std::nullopt;
    const auto& item = items_[next_++];
    auto ahead = std::exchange(ahead_, std::nullopt);
    return std::pair(&item, ahead ? std::move(*ahead) : take_(parts_, item));
  }

 private:
  Parts& parts_;
  const std::vector<Item>& items_;
  Take take_;
  std::size_t next_ = 0;
  std::optional<Taken> ahead_;
};

}  // namespace reportctl::run
