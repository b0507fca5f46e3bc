// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/signing.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/retention.hpp"

namespace reportctl::run {

namespace {

std::string id_in(const std::string& owner) { return owner.substr(0, owner.find('\n')); }

std::string words_in(const std::string& owner) {
  const auto end = owner.find('\n');
  return end == std::string::npos ? std::string()
                                  : visible(fit_width(repair_utf8(std::string(trim(owner.substr(end + 1)))), 200));
}

Error refusal(const std::string& what) {
  return {
      ErrorKind::config, what,
      "give each installation an artifacts.url of its own; if the other one is gone for good: reportctl state adopt --artifacts"};
}

/// Files of a version that signed nothing: one that this state knows is enough.
bool holds_only_strangers(artifact::Store& place, store::State& state) {
  bool strangers = false, known = false;
  place.each([&](const artifact::StoredFile& file) {
    if (!known) known = store::is_file_known(state, file.sha256);
    strangers = true;
  });
  return strangers && !known;
}

}  // namespace

void sign_artifacts(artifact::Store& place, store::State& state, Signing signing) {
  const auto mine = store::signature(state);
  const auto owner = place.owner();
  if (id_in(owner) == mine.id) return;
  if (signing == Signing::where_nobody_did) {
    if (!owner.empty())
      throw refusal(fmt::format("{} holds the files of another state file: {}", place.place(), words_in(owner)));
    if (holds_only_strangers(place, state)) {
      if (id_in(place.owner()) == mine.id) return;  // meanwhile another process of this state file has signed, then stored
      throw refusal(fmt::format("{} holds stored files, and this state file knows none of them", place.place()));
    }
  }
  place.set_owner(fmt::format("{}\n{}\n", mine.id, mine.words));
  if (id_in(place.owner()) != mine.id)
    throw refusal(fmt::format("another installation took {} at the same moment", place.place()));
}

std::string signer_of(artifact::Store& place) { return words_in(place.owner()); }

bool take_artifacts_along(artifact::Store& place, store::State& state, const std::string& former_id) {
  const auto owner = id_in(place.owner());
  const bool is_ours = owner.empty() || owner == former_id || owner == store::signature(state).id;
  if (is_ours && !owner.empty()) sign_artifacts(place, state, Signing::anew);
  return is_ours;
}

}  // namespace reportctl::run
