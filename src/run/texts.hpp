// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/base/text_template.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// The texts of a plan and the names of its files, as far as they are known before its rows are.

struct TextFacts {
  const ChoiceNames& names;
  const schedule::Schedule* schedule;  ///< which may choose names; nullptr: none
  Instant slot{};
  std::optional<std::string> data_until;  ///< for people, where a text says it
};
/// What its texts may name (see catalog::text_variables()), its title and the names of its files.
void fill_texts(RunPlan&, const TextFacts&);
/// The same, and what restricts its rows. Precondition: it has its shape.
void describe(RunPlan&, const TextFacts&);

/// Where the files of a schedule go besides mailboxes. Precondition: all of its plans have their texts.
void place_files(RunPlan&, const schedule::Definition&);

/// Precondition: check_template() holds.
std::string filled(const std::string& text, const TextTemplate::Values&);

}  // namespace reportctl::run
