// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl::render {

/// Error(failed) where PDF files and charts cannot be drawn: a library or every font with Latin letters is missing.
void require_fonts();

}  // namespace reportctl::render
