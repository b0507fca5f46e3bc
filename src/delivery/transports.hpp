// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "endpoint.hpp"
#include "reportctl/base/network.hpp"
#include "reportctl/delivery/transport.hpp"

namespace reportctl::delivery {

/// This host or a private network: where mail may be sent without TLS.
bool stays_in_the_house(const AddressBytes&);

// One maker per kind of transport; open_transport() has checked the settings.
std::unique_ptr<Transport> make_maildir(const Endpoint&);
std::unique_ptr<Transport> make_sendmail(const Endpoint&, const TransportSettings&);
std::unique_ptr<Transport> make_smtp(const Endpoint&, const TransportSettings&);

}  // namespace reportctl::delivery
