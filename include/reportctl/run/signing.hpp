// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::run {

enum class Signing {
  where_nobody_did,  ///< Error(config) where another state file did, or where only files are that this one does not know
  anew,              ///< whoever did
};
/// Signs a place of stored files as this state file's, so that no other installation removes what it does not know. Cheap where
/// it is signed.
void sign_artifacts(artifact::Store&, store::State&, Signing);

/// Whose it is, for people; empty: nobody's yet.
std::string signer_of(artifact::Store&);

/// After the state file was adopted: takes its files along, if they were signed with that id before. False: they are another's.
bool take_artifacts_along(artifact::Store&, store::State&, const std::string& former_id);

}  // namespace reportctl::run
