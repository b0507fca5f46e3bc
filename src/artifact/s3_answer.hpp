// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/http/client.hpp"

namespace reportctl::artifact {

/// The text of the first element of that name; empty when there is none. S3's answers nest no element in its own kind.
std::string xml_text(std::string_view xml, std::string_view element);
/// The inside of every element of that name.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view element);
std::string xml_escaped(std::string_view text);

/// True for answers and for their absence that another try may change.
bool is_passing(const http::Answer&);

struct S3Step {
  std::string words;  ///< `cannot store FILE in s3://…`
  ErrorKind kind;     ///< of what the server is to blame for
};
/// An answer that is not what was asked for, in the operator's words; what is set up wrongly is Error(config).
Error s3_refusal(const S3Step&, const http::Answer&);

}  // namespace reportctl::artifact
