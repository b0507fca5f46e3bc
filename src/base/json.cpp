// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/json.hpp"

#include <nlohmann/json.hpp>

namespace reportctl {

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json json_from(std::string_view text) { return nlohmann::ordered_json::parse(text); }

nlohmann::ordered_json json_or_discarded(std::string_view text) { return nlohmann::ordered_json::parse(text, nullptr, false); }

}  // namespace reportctl
