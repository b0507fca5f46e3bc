// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/artifact/artifact.hpp"

namespace reportctl::artifact {

/// Where a file lies, for people: `/var/lib/reportctl/artifacts/ab/abcd…`, `s3://bucket/prefix/ab/abcd…`.
std::string place_of(const StoreSettings&, const std::string& sha256);

}  // namespace reportctl::artifact
