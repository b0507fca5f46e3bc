// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/manage/records.hpp"

namespace reportctl::cli {

using manage::ended_from_json;
using manage::Json;
using manage::parsed_or_text;
using manage::text_or_null;
using manage::to_json;

}  // namespace reportctl::cli
