// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl {

/// Every line end that Unicode knows (CR LF, CR, vertical tab, form feed, NEL, line and paragraph separator) as LF.
std::string with_line_feeds(std::string_view utf8);

}  // namespace reportctl
