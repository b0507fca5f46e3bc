// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/base/address.hpp"

namespace reportctl {

/// Is the address of one of the domains? They are taken as people write them: in any case, international names too. No domains:
/// any.
bool is_in_domains(const EmailAddress&, const std::vector<std::string>& domains);

/// `ann%elsewhere.example@here.example`, `elsewhere!ann@here.example`: some mail servers pass these on to another domain than the
/// one that was checked.
bool may_be_routed_on(const EmailAddress&);

}  // namespace reportctl
