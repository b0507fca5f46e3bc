// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace reportctl::http {

/// RFC 3986: everything but letters, digits and `-._~`; a path keeps its `/`.
enum class Slash { encoded, kept };
std::string uri_encoded(std::string_view text, Slash);
/// `name=value&…`, sorted and encoded.
std::string encoded_query(const std::map<std::string, std::string>& query);

}  // namespace reportctl::http
