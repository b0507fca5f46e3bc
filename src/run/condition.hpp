// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <vector>

#include "reportctl/run/generate.hpp"
#include "reportctl/run/preview.hpp"
#include "reportctl/schedule/condition.hpp"
#include "reportctl/store/watch.hpp"

namespace reportctl::run {

/// The figures of the terms that compare one, in their order. Error(invalid) when the shape has one of them not (any more).
std::vector<catalog::Aggregate> figures_of(const schedule::Condition&, const catalog::Shape&);

/// What a decision is made of.
struct Question {
  const schedule::Definition& definition;
  const catalog::Shape& shape;
  const Measured& measured;
  const store::Watch& watch;
  Instant slot;
  const Zone& zone;
};
/// A figure without a value, and a change that has no percentage, make their term false; the words say so.
Judgement decide(const Question&);

}  // namespace reportctl::run
