// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Puts a copy of `backup` in the place of the state file, with what `prepare` makes of it before anybody else can see it, and
/// returns under which name the file that was there is kept (empty: there was none). A journal beside either file stays with its
/// file. What is killed half-way is done again by calling it again. `backup` may be the state file itself, copied there by hand.
/// Error(not_found), Error(state) for what is no sound backup or belongs to another user, Error(conflict) while a process works
/// on a run.
std::filesystem::path replace_state(const std::filesystem::path& path, const std::filesystem::path& backup,
                                    const std::function<void(State&)>& prepare);

/// The last moment that a state file knows of.
Instant known_until(State&);

/// What a state file says is under way, and what became of it nobody knows.
struct Unfinished {
  std::int64_t runs = 0, deliveries = 0;
};
/// Ends it all as unknown: nothing of it is made, sent or told again by itself.
Unfinished end_as_unknown(State&, std::string_view reason, Instant now);

}  // namespace reportctl::store
