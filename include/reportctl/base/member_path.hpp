// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl {

/// The way to a member of a member: pointers to members, each of what the one before leads to.
template <auto... kPointers>
struct MemberPath {
  auto& operator()(auto& whole) const { return (whole.*....*kPointers); }
};
template <auto... kPointers>
inline constexpr MemberPath<kPointers...> member{};

}  // namespace reportctl
