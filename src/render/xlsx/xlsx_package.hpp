// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "reportctl/base/file.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// libxlsxwriter does not look whether its temporary files took all that it wrote into them: on a full disk it makes a valid zip
/// of half a sheet. So the finished file is read once more: every part must unpack, be XML to its last tag, and be no smaller
/// than what is known to have gone into it. Error(output) otherwise.
void check_package(const TempFile& file, const std::map<std::string, std::uint64_t>& least_sizes);

/// Copies the file in pieces.
void copy_to(const TempFile& file, Sink& sink);

}  // namespace reportctl::render
