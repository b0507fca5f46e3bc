// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/base/sink.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {

/// The mail of a report to one recipient as it was queued, byte for byte. Error(not_found) when the file it carries was pruned,
/// Error(conflict) when the same bytes cannot be composed any more (after an upgrade of the templates, or a change of the keys of
/// links): nothing was written then.
void write_message(Parts&, const store::Run&, const store::Delivery&, Sink&);

}  // namespace reportctl::run
