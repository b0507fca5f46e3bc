// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

// What reads and writes JSON is a lot of template: it is compiled once, here, and not in each room.
namespace reportctl {

/// One line, or indented. Bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json&, int indent = -1);
/// An exception of nlohmann's for what is not JSON.
nlohmann::ordered_json json_from(std::string_view text);
/// The same, but is_discarded() for what is not JSON.
nlohmann::ordered_json json_or_discarded(std::string_view text);

}  // namespace reportctl
