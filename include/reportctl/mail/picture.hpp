// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string_view>

#include "reportctl/mail/templates.hpp"

namespace reportctl::mail {

/// A logo travels with every mail.
inline constexpr std::size_t kMaxLogoBytes = 200'000;

/// A PNG or JPEG as the logo at the head of a mail, told by its first bytes and scaled down to fit there. Error(invalid) for
/// anything else: too large, of another kind, or with nothing in it.
Picture logo(std::string_view bytes, std::string_view alt);

}  // namespace reportctl::mail
