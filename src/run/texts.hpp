// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reportctl/base/text_template.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// A list may have ten thousand.
std::string some_of(const std::vector<std::string>& words, const Language&);
/// The values of a parameter for people: their names where the data have some.
std::string parameter_words(const RunPlan&, const catalog::Parameter&, const std::vector<std::string>& values,
                            const ChoiceNames&);

struct TextFacts {
  const ChoiceNames& names;
  const schedule::Schedule* schedule;  ///< nullptr: none
  Instant slot{};
};
/// What the texts of a run may name before its rows are known: see catalog::text_variables().
TextTemplate::Values text_values(const RunPlan&, const TextFacts&);
/// The same and the figures of its rows.
TextTemplate::Values with_figures(const RunPlan&, std::int64_t rows, const std::vector<render::Metric>&);

/// Of a schedule without one; it says nothing again that the schedule's title says.
std::string default_subject(const std::string& title);

/// Precondition: check_template() holds.
std::string filled(const std::string& text, const TextTemplate::Values&);

}  // namespace reportctl::run
