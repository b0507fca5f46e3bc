// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

namespace reportctl {

/// Any of nlohmann's kinds of JSON as text: one line, or indented. Bytes that are not UTF-8 become U+FFFD.
template <typename Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace reportctl
