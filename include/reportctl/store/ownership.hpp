// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Whose a state file is, by its facts (`instance`, `host`, `path`) and by the mark beside it: `state.db-mark` holds the instance
/// and the last audit record that was seen, so that an older copy put in place of the file is told from it.
enum class Ownership {
  fresh,        ///< nothing was ever sent from it: the first installation that acts with it owns it
  own,          ///< of this host and path, and nothing that the mark knows is missing
  other_host,   ///< copied or moved from another host or instance
  other_place,  ///< copied or moved from another path of this host
  older,        ///< a backup that was put in place by hand: it does not know what was sent since
};
Ownership ownership(State&);

/// The host of this installation: the machine (and its container), or what the configuration calls it.
std::string home_of(State&);

/// The gate for everything that sends, stores or deletes outside of the state file. A fresh state becomes this installation's
/// own. Error(state) with what to do, unless it is own.
void require_own(State&);

/// How many runs and exports a process of another machine took and did not end.
std::int64_t left_elsewhere(State&);

/// Makes it this installation's own, whatever it was, and lets it go on with what is left elsewhere before the leases end. The
/// caller confirms and records it.
void adopt_state(State&);

/// Notes beside the file how far it has come. The file is the state's name with `-mark`, replaced in one step.
void write_mark(State&);

/// How this installation signs places outside of the state file: the first line identifies it, the second is for people.
struct Signature {
  std::string id;     ///< no other state file has it, copies included
  std::string words;  ///< `/var/lib/reportctl/state.db on HOSTNAME`
};
Signature signature(State&);

}  // namespace reportctl::store
