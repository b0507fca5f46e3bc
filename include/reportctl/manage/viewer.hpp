// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/access/access.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::manage {

/// Who looks at which state.
struct Viewer {
  store::State& state;
  const access::Actor& actor;
};

/// Who changes something, and the parts that the rules ask: state, catalog, settings, sources, the time.
struct Editor {
  run::Parts& parts;
  const access::Actor& actor;
  operator Viewer() const { return {parts.state(), actor}; }
};

}  // namespace reportctl::manage
