// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "reportctl/run/generate.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/exports.hpp"

namespace reportctl::run {

/// A request as the state file keeps it. Written with every default filled in, so that it means the same whenever it is read.
std::string export_request_json(const validation::Request&);
/// Error(failed) for what export_request_json() did not write.
validation::Request read_export_request(const std::string& json);

enum class Begin { later, now };
struct ExportOrder {
  validation::Request request;
  access::Account account;
  std::set<access::Role> roles;
  std::string member;        ///< on whose behalf; empty: an operator's
  std::string requested_by;  ///< access::Actor::str()
  Begin begin = Begin::later;
};
/// Every rule of an on-demand run; then pending, or owned by this process.
std::variant<store::Export, Rejection> order_export(Parts&, const ExportOrder&);

/// Takes an export that this process owns to its end. What must be recorded is recorded; what is thrown concerns the whole
/// process: Error(interrupted): a stop was requested and the export is pending again. Error(state): the record cannot be kept.
/// FenceLost: it belongs to someone else.
store::Export work_export(Parts&, const store::Export& owned, const Progress& progress = {});

/// Takes it and works it off; nullopt when someone else did, or it ended meanwhile. After the third takeover from a dead process
/// it fails instead.
std::optional<store::Export> take_and_work(Parts&, const store::Export&, const Progress& progress = {});

/// Everything that waits, the oldest first, until nothing is left. Each is told as soon as it ended.
void work_off_exports(Parts&, const std::function<void(const store::Export&)>& tell);

/// As store::cancel_export(), with its audit events.
store::CancelResult cancel(Parts&, const store::Export&, const std::string& actor);

}  // namespace reportctl::run
